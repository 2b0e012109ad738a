using Fixity.ServiceDefaults.Secrets;
using Fixity.Storage;
using Fixity.Storage.Local;
using Fixity.Storage.Metering;
using Fixity.Storage.Retrying;
using Fixity.Storage.S3;
using Fixity.Storage.Smb;

namespace Fixity.Scanner.Storages;

internal static class StorageRegistration
{
    public static void AddStorages(this IServiceCollection services)
    {
        services.AddSingleton(new StorageBackends()
            .Add("local", LocalStorage.Open)
            .Add("nfs", LocalStorage.OpenMounted)
            .Add("smb", SmbStorage.Open)
            .Add("s3", S3Storage.Open));
        services.AddSingleton(new RetryPolicy());
        services.AddSingleton<StorageMeter>();
        services.AddSingleton<StorageOpener>();
        services.AddSingleton<CredentialReferences>();
        services.AddSecretBox();
        services.AddSingleton(provider => new CredentialsReader(
            provider.GetRequiredService<CredentialReferences>(), new Lazy<SecretBox>(provider.GetRequiredService<SecretBox>)));
        services.AddSingleton<TargetAccessStore>();
    }
}
