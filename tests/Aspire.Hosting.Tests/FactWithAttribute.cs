using Aspire.Hosting.Run;

namespace Aspire.Hosting.Tests;

/// <summary>A test of a part that this machine may lack: skipped with the reason, but on CI it fails instead.</summary>
internal sealed class FactWithAttribute : FactAttribute
{
    public FactWithAttribute(string part)
    {
        var mustHave = Environment.GetEnvironmentVariable("CI") == "true" && part != Parts.Root;
        if (!mustHave && !IsHere(part))
        {
            Skip = $"This machine has no {part}.";
        }
    }

    public static string? ChromiumPath { get; } =
        CommandPath.Find("chromium", Environment.GetEnvironmentVariable("PATH"));

    private static bool IsHere(string part) => part switch
    {
        Parts.Chromium => ChromiumPath is not null,
        Parts.Npm => CommandPath.Find("npm", Environment.GetEnvironmentVariable("PATH")) is not null,
        Parts.InstalledPostgres => Directory.Exists("/usr/lib/postgresql"),
        Parts.Root => !OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess,
        _ => throw new ArgumentOutOfRangeException(nameof(part)),
    };
}

internal static class Parts
{
    public const string Npm = "npm";
    public const string Chromium = "Chromium";
    public const string InstalledPostgres = "installed PostgreSQL";

    /// <summary>What only root meets; others have nothing to test there, on CI or elsewhere.</summary>
    public const string Root = "root to run the tests";
}
