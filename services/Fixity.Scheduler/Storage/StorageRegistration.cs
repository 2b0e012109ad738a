using Fixity.ServiceDefaults.Secrets;

namespace Fixity.Scheduler.Storage;

internal static class StorageRegistration
{
    public static void AddStorage(this IServiceCollection services)
    {
        services.AddSealedSecrets<CredentialStore>();
        services.AddSingleton<CredentialStore>();
        services.AddSingleton<ServerKeyStore>();
        services.AddSingleton<StorageRules>();
    }
}
