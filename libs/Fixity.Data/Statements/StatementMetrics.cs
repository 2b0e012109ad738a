using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Npgsql;

namespace Fixity.Data.Statements;

/// <summary>Counts the statements that this process sends, by what they do. Meter <c>Fixity.Data</c>.</summary>
/// <remarks>Counted where Npgsql makes its spans: with a sampler that leaves requests out, those are left out here too.</remarks>
internal static class StatementMetrics
{
    // Statements are constants; one that is put together, should there ever be any, is not kept.
    private const int MostKinds = 1000;

    private static readonly Meter Meter = new("Fixity.Data");

    private static readonly Counter<long> Queries = Meter.CreateCounter<long>(
        "fixity.database.queries", "{query}", "Statements sent to PostgreSQL, by what they do.");

    private static readonly ConcurrentDictionary<string, string> Kinds = new(StringComparer.Ordinal);

    public static void Count(NpgsqlDataSourceBuilder source) => source.ConfigureTracing(static traced => traced
        .ConfigureCommandEnrichmentCallback(static (_, command) => Add(KindOf(command.CommandText)))
        .ConfigureBatchEnrichmentCallback(static (_, batch) =>
        {
            foreach (var command in batch.BatchCommands)
            {
                Add(KindOf(command.CommandText));
            }
        })
        .ConfigureCopyOperationEnrichmentCallback(static (_, _) => Add("copy")));

    private static void Add(string kind) => Queries.Add(1, new KeyValuePair<string, object?>("operation", kind));

    private static string KindOf(string sql)
    {
        if (Kinds.TryGetValue(sql, out var known))
        {
            return known;
        }

        var kind = StatementKind.Of(sql);
        if (Kinds.Count < MostKinds)
        {
            Kinds.TryAdd(sql, kind);
        }

        return kind;
    }
}
