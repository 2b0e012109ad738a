using Fixity.Smb.Authentication;

namespace Fixity.Storage.Smb.SmbLibrary;

/// <summary>Opens a share through SMBLibrary: registered in the place of <see cref="SmbStorage"/> by who wants it.</summary>
public static class SmbLibraryStorage
{
    /// <exception cref="StorageException">The settings are wrong, or demand what SMBLibrary cannot be held to.</exception>
    public static IStorageBackend Open(StorageSettings settings)
    {
        var (connection, credentials) = SmbStorage.Needed(settings);
        var authenticator = new NtlmAuthenticator(credentials.User, credentials.Secret);
        var options = SmbStorage.OptionsOf(connection, authenticator);
        if (options.RequireSigning || options.RequireEncryption)
        {
            authenticator.Dispose();

            // It signs and encrypts if the server wants to, and says nobody whether it does.
            throw new StorageException(
                StorageFault.Configuration, default,
                "SMBLibrary cannot be told to require signing or encryption: the target would have to say offered")
            {
                Reason = StorageReasons.SigningRefused,
            };
        }

        return new SmbStorageBackend(
            new SmbLibraryShare(options, credentials.Domain ?? "", credentials.User, credentials.Secret), options,
            SmbStorage.RootOf(connection), authenticator);
    }
}
