using System.Text.RegularExpressions;

namespace Fixity.House.Tests;

/// <summary>Something that no file of ours says, and what to write instead. A new rule is a new line in <see cref="All"/>.</summary>
/// <param name="Example">A line that the rule has to catch: a rule that catches nothing guards nothing.</param>
/// <param name="Files">Extensions of the files it holds in.</param>
/// <param name="NotBelow">Folders where it does not.</param>
internal sealed record SourceRule(string Pattern, string Example, string Instead, string[] Files, string[] NotBelow)
{
    private static readonly string[] CSharp = [".cs"];
    private static readonly string[] Code = [".cs", ".ts", ".tsx", ".sql", ".css", ".mjs", ".sh"];
    private static readonly string[] Text =
    [
        .. Code, ".csproj", ".props", ".targets", ".sln", ".json", ".md", ".yml", ".yaml", ".config", ".html",
        ".npmrc", ".editorconfig", "Dockerfile",
    ];

    // This file: it cannot forbid what it may not name.
    private static readonly string[] House = ["tests/Fixity.House.Tests"];

    // What a test may say: it waits, blocks and connects as it likes.
    private static readonly string[] Tests = ["tests", "bench"];

    public static IReadOnlyList<SourceRule> All { get; } =
    [
        new(@"\bDateTime(Offset)?\.(Utc)?Now\b", "var t = DateTimeOffset.UtcNow;", "inject TimeProvider", CSharp, Tests),
        new(@"\bThread\.Sleep\b", "Thread.Sleep(1);", "await Task.Delay(…, clock, cancellation)", CSharp, Tests),
        new(@"\.GetAwaiter\(\)\.GetResult\(\)|\.Wait\(\)", "task.Wait();", "await", CSharp, Tests),
        new(@"\bnew HttpClient\(", "new HttpClient()", "IHttpClientFactory", CSharp, [.. Tests, "compat"]),
        new(@"\basync void\b", "async void OnTick()", "async Task", CSharp, House),
        new(@"catch\s*(\([^)]*\))?\s*\{\s*\}", "catch (IOException) { }", "handle it, or let it through", CSharp, House),
        new(@"#region", "#region Fields", "a smaller file", CSharp, House),
        new(@"CommandText\s*\+?=\s*\$""|CommandText\s*\+=|(CreateCommand|NpgsqlCommand|NpgsqlBatchCommand)\(\$""",
            "database.CreateCommand($\"select {x}\")", "parameters, in one raw string", CSharp, Tests),
        new(@"#pragma warning disable(?![^\n]*//)", "#pragma warning disable CA1031",
            "#pragma warning disable X // reason", CSharp, House),
        new(@"\b(TODO|FIXME|HACK)\b", "// TODO: later", "an issue, or the code", Code, House),
        new(@"(?<![\w.~-])/(work|farm)/", "cd /" + "work/main", "a path relative to the repository", Text, []),
        new(@"""resolved"":\s*""https?://", "\"resolved\": \"https://host/x.tgz\"",
            "omit-lockfile-registry-resolved=true in .npmrc", ["package-lock.json"], []),
        new(@"(?m)^\s*(@[\w-]+:)?registry\s*=|_authToken", "registry=https://host/", "the machine's own npm settings",
            [".npmrc"], []),
        new(@"<add[^>]*value=""https?://", "<add key=\"x\" value=\"https://host\" />",
            "the machine's own NuGet settings", ["nuget.config"], []),
        new(@"<PackageReference[^>]*\bVersion(Override)?=", "<PackageReference Include=\"X\" Version=\"1\" />",
            "the version in Directory.Packages.props", [".csproj"], []),
        new(@"<NoWarn>", "<NoWarn>CA1</NoWarn>", "a #pragma with its reason round the smallest span", [".csproj"], []),
    ];

    /// <summary>A comment may name the call that the code may not make. Nothing else is allowed because it is a comment.</summary>
    public bool SparesComments => ReferenceEquals(Files, CSharp);

    public bool Hits(string text) =>
        Regex.IsMatch(text, Pattern, RegexOptions.None, TimeSpan.FromSeconds(10));

    public bool HoldsIn(string path) =>
        Files.Any(ending => path.EndsWith(ending, StringComparison.Ordinal)) && !path.IsBelow(NotBelow);
}
