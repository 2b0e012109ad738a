namespace Aspire.Hosting.Tests;

/// <summary>A test of a part that this machine may lack: skipped with the reason, but never on CI.</summary>
internal sealed class FactWithAttribute : FactAttribute
{
    public FactWithAttribute(string part)
    {
        if (Environment.GetEnvironmentVariable("CI") != "true" && Reason(part) is { } reason)
        {
            Skip = reason;
        }
    }

    private static string? Reason(string part) => part switch
    {
        Parts.Npm when Aspire.Hosting.Run.CommandPath.Find("npm", Environment.GetEnvironmentVariable("PATH")) is null =>
            "There is no npm on this machine.",
        Parts.LocalPostgres when !Directory.Exists("/usr/lib/postgresql") => "There is no installed PostgreSQL.",
        Parts.Unix when OperatingSystem.IsWindows() => "Signals are a thing of Unix.",
        _ => null,
    };
}

internal static class Parts
{
    public const string Npm = "npm";
    public const string LocalPostgres = "local PostgreSQL";
    public const string Unix = "Unix";
}
