using Fixity.Core;
using Fixity.Storage;
using Microsoft.Extensions.Options;

namespace Fixity.Scanner.Storages;

/// <summary>Follows a reference to credentials that this machine keeps, anew each time: whoever replaces the file has
/// rotated them.</summary>
/// <remarks>
/// Only where credentials are meant to be: an administrator of Fixity is not the operator of this machine, and must not
/// have any file or variable of it (the database's password, say) sent to a server of his choice.
/// </remarks>
internal sealed class CredentialReferences(IOptions<ScannerOptions> options)
{
    public const string VariablePrefix = "FIXITY_CREDENTIALS_";

    private const string FileScheme = "file:";
    private const string VariableScheme = "env:";
    private const int MostBytes = 64 * 1024;

    private static readonly string[] UsualFolders = ["/run/secrets", "/etc/fixity/credentials"];

    /// <exception cref="StorageException">It leads nowhere, or not to credentials.</exception>
    public StorageCredentials Read(string reference)
    {
        var text = reference.StartsWith(FileScheme, StringComparison.Ordinal) ? ReadFile(reference)
            : reference.StartsWith(VariableScheme, StringComparison.Ordinal) ? ReadVariable(reference)
            : throw Missing(reference, $"it begins neither with {FileScheme} nor with {VariableScheme}");
        return CredentialText.Read(text, out var problem) ?? throw Missing(reference, problem);
    }

    private static string ReadVariable(string reference)
    {
        var name = reference[VariableScheme.Length..];
        return !name.StartsWith(VariablePrefix, StringComparison.Ordinal)
            ? throw Missing(reference, $"only variables that begin with {VariablePrefix} are read")
            : Environment.GetEnvironmentVariable(name) is { Length: > 0 and <= MostBytes } text
                ? text
                : throw Missing(reference, "this scanner has no such variable, or an empty one");
    }

    private string ReadFile(string reference)
    {
        var path = reference[FileScheme.Length..];
        if (!Path.IsPathFullyQualified(path))
        {
            throw Missing(reference, "the path is not absolute");
        }

        try
        {
            var real = RealPath.Of(path);
            var folders = options.Value.CredentialFolders ?? UsualFolders;
            if (!folders.Any(folder => real.StartsWith(RealPath.Of(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal)))
            {
                throw Missing(reference, $"only files below {string.Join(" and ", folders)} are read");
            }

            using var file = new FileStream(real, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(file);
            var text = new char[MostBytes + 1];
            var length = reader.ReadBlock(text);
            return length <= MostBytes
                ? new string(text, 0, length)
                : throw Missing(reference, $"it is longer than {MostBytes} bytes");
        }
        catch (Exception failure) when (
            failure is UnauthorizedAccessException || (failure is IOException and not StorageException))
        {
            throw Missing(reference, failure is UnauthorizedAccessException
                ? "the scanner may not read it"
                : failure is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : failure.Message);
        }
    }

    private static StorageException Missing(string reference, string problem) =>
        new(StorageFault.Configuration, default, $"The credentials {reference} cannot be used: {problem}.")
        {
            Reason = StorageReasons.CredentialsMissing,
        };
}
