using System.ComponentModel.DataAnnotations;

namespace Fixity.Query.Exports;

/// <summary>Configuration section <c>Query:Exports</c>. Validated at start-up: a bad value stops the host, naming the key.</summary>
internal sealed record ExportOptions
{
    public const string Section = "Query:Exports";

    /// <summary>Exports and comparisons at once in this process: each holds a connection for as long as it lasts.</summary>
    [Range(1, 50)]
    public int AtOnce { get; init; } = 8;

    /// <summary>After so long an export is broken off: while it lasts the database cannot clean up behind the scanners.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Longest { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long the counts of a comparison may take, for which somebody waits.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan LongestCount { get; init; } = TimeSpan.FromSeconds(30);
}
