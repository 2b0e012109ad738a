using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Fixity.Core;
using Fixity.ServiceDefaults.Secrets;
using Fixity.Storage;

namespace Fixity.Scanner.Storages;

/// <summary>Credentials as the database has them: a reference, or sealed, or neither.</summary>
/// <param name="Place">What a sealed one is bound to.</param>
internal sealed record KeptCredentials(string? Reference, byte[]? Sealed, string Place)
{
    public static string PlaceOfTarget(int id) => string.Create(CultureInfo.InvariantCulture, $"target:{id}:credentials");

    public static string PlaceOfProbe(long id) => string.Create(CultureInfo.InvariantCulture, $"probe:{id}:credentials");
}

/// <summary>Brings the credentials of a target to light, for as long as its storage is open.</summary>
/// <param name="box">Made when first needed: without a key, scans of what needs no stored credentials go on.</param>
internal sealed class CredentialsReader(CredentialReferences references, Lazy<SecretBox> box)
{
    /// <returns>Null: there are none.</returns>
    /// <exception cref="StorageException">There are, and they cannot be used.</exception>
    public StorageCredentials? Read(KeptCredentials kept) =>
        kept.Reference is { } reference ? references.Read(reference)
        : kept.Sealed is { } secret ? Open(secret, kept.Place)
        : null;

    private StorageCredentials Open(byte[] secret, string place)
    {
        try
        {
            var json = box.Value.Open(secret, place);
            try
            {
                return JsonSerializer.Deserialize<StorageCredentials>(json, JsonSerializerOptions.Web)
                    ?? throw Unusable("they are empty");
            }
            finally
            {
                CryptographicOperations.ZeroMemory(json);
            }
        }
        catch (Exception failure) when (failure is CryptographicException or InvalidOperationException)
        {
            throw Unusable(failure.Message);
        }
        catch (JsonException)
        {
            throw Unusable("they are not of a form that this version knows"); // Its message may quote them.
        }
    }

    private static StorageException Unusable(string problem) =>
        new(StorageFault.Configuration, default, $"The stored credentials cannot be used: {problem}.")
        {
            Reason = StorageReasons.CredentialsMissing,
        };
}
