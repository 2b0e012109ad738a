using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Fixity.Storage;

namespace Fixity.Scanner.Storages;

/// <summary>How a target's storage is opened, and by what a later look tells whether it is still the same way.</summary>
/// <param name="Stamp">Of everything that a login depends on; of a referenced secret too little to guess it by.</param>
internal sealed record TargetAccess(StorageSettings Settings, long Stamp)
{
    /// <param name="version">Of the credentials in the database, which counts up with each change of them.</param>
    public static TargetAccess Of(
        StorageSettings settings, string connectionJson, long version, string? reference)
    {
        // The version says nothing of what a reference leads to. One byte of its digest does, but for one rotation in
        // 256, and leaves whoever can read the database as many passwords to try as before.
        var secret = reference is not null && settings.Credentials is { } credentials
            ? Digest($"{reference}\n{credentials.User}\n{credentials.Secret}")[0]
            : 0;
        var all = Digest(string.Create(
            CultureInfo.InvariantCulture,
            $"{version}\n{settings.Type}\n{settings.Root}\n{connectionJson}\n{reference}\n{secret}"));
        return new TargetAccess(settings, BinaryPrimitives.ReadInt64LittleEndian(all));
    }

    /// <summary>Whether the storage refused the login, however deep in the failure it is said.</summary>
    public static bool IsRefused(Exception failure) =>
        failure is StorageException { Reason: StorageReasons.LoginRefused }
        || (failure.InnerException is { } cause && IsRefused(cause));

    private static byte[] Digest(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
