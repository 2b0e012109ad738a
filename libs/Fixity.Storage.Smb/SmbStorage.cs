using System.Text;
using Fixity.Core;
using Fixity.Smb;
using Fixity.Smb.Authentication;

namespace Fixity.Storage.Smb;

/// <summary>Opens a folder of an SMB share.</summary>
public static class SmbStorage
{
    /// <summary>As a target says it.</summary>
    /// <exception cref="StorageException">The settings are wrong, or there is nobody to log in as.</exception>
    public static IStorageBackend Open(StorageSettings settings)
    {
        var (connection, credentials) = Needed(settings);
        var login = credentials.Domain is { Length: > 0 } domain ? $@"{domain}\{credentials.User}" : credentials.User;
        var authenticator = new NtlmAuthenticator(login, credentials.Secret);
        var options = OptionsOf(connection, authenticator);
        return new SmbStorageBackend(new SmbShare(options), options, RootOf(connection), authenticator);
    }

    /// <param name="options">Which share, as whom. Nothing is connected yet: the first probe or listing does.</param>
    /// <param name="root">The folder below the share's own root that is meant; the root: the whole share.</param>
    public static IStorageBackend Open(SmbOptions options, FilePath root = default) =>
        new SmbStorageBackend(new SmbShare(options), options, root.ToOwned());

    internal static (SmbConnection Connection, StorageCredentials Credentials) Needed(StorageSettings settings)
    {
        if (settings.Connection.Smb is not { } connection)
        {
            throw new StorageException(
                StorageFault.Configuration, default, "a target of type smb says which server and share");
        }

        return settings.Credentials is { User.Length: > 0 } credentials
            ? (connection, credentials)
            : throw new StorageException(
                StorageFault.Configuration, default,
                $@"a share is read as a user; give {connection.Server} credentials (nobody and guest are never tried)")
            {
                Reason = StorageReasons.CredentialsMissing,
            };
    }

    internal static SmbOptions OptionsOf(SmbConnection connection, ISmbAuthenticator authenticator) => new()
    {
        Host = connection.Server,
        Port = connection.Port,
        Share = connection.Share,
        Authenticator = authenticator,
        RequireSigning = connection.Protection != SmbProtection.Offered,
        RequireEncryption = connection.Protection == SmbProtection.Encrypt,

        // One attempt a call: patience is the retrying decorator's, the same for every storage.
        ReconnectFor = TimeSpan.Zero,
    };

    internal static FilePath RootOf(SmbConnection connection) =>
        FilePath.FromRaw(Encoding.UTF8.GetBytes(connection.Path.Trim('/'))).ToOwned();
}
