using Microsoft.Playwright;

namespace Fixity.EndToEnd.Tests;

/// <summary>Debian's Chromium under Playwright; its own browser downloads are not needed.</summary>
internal static class Browser
{
    public static string? Path { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(System.IO.Path.PathSeparator)
        .SelectMany(folder => new[] { "chromium", "chromium-browser", "google-chrome" }.Select(name => System.IO.Path.Combine(folder, name)))
        .FirstOrDefault(File.Exists);

    public static async Task<IBrowser> LaunchAsync(IPlaywright playwright) => await playwright.Chromium.LaunchAsync(new()
    {
        ExecutablePath = Path,
        Args =
        [
            "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync",
        ],
    });
}

/// <summary>Needs a browser: on CI a missing one fails the test, elsewhere it is skipped, saying so.</summary>
internal sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute()
    {
        if (Browser.Path is null && Environment.GetEnvironmentVariable("CI") != "true")
        {
            Skip = "No Chromium on the PATH; ./test.sh installs it where it may.";
        }
    }
}
