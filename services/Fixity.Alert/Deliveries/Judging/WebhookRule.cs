using Fixity.Alert.Deliveries.Matching;
using Fixity.Alert.Webhooks;
using Fixity.Core;
using Npgsql;
using NpgsqlTypes;

namespace Fixity.Alert.Deliveries.Judging;

/// <summary>What one webhook wants to be told, made ready to be asked about events.</summary>
internal sealed class WebhookRule
{
    private readonly IReadOnlyList<string> _includes;
    private readonly IReadOnlyList<string> _excludes;
    private readonly HashSet<int> _targetIds;
    private readonly PathRule? _paths;

    // Transactions of these events that had been committed when the webhook was created.
    private readonly HashSet<ulong> _before;

    private WebhookRule(NpgsqlDataReader row)
    {
        Form = WebhookForm.Read(row, 0);
        Mode = WebhookWords.Parse<WebhookMode>(row.GetString(3));
        MinSeverity = WebhookWords.Parse<Severity>(row.GetString(4));
        _includes = row.GetFieldValue<string[]>(5);
        _excludes = row.GetFieldValue<string[]>(6);
        _targetIds = [.. row.GetFieldValue<int[]>(7)];
        _paths = row.GetFieldValue<string[]>(8) is { Length: > 0 } paths ? new PathRule(paths) : null;
        _before = [.. row.GetFieldValue<ulong[]>(9)];
    }

    public WebhookForm Form { get; }

    public int Id => Form.WebhookId;

    public WebhookMode Mode { get; }

    public Severity MinSeverity { get; }

    public bool Wants(SourceEvent found) =>
        !_before.Contains(found.Position.TransactionId)
        && EventTypes.Chooses(_includes, _excludes, found.Type)
        && (_targetIds.Count == 0 || _targetIds.Contains(found.TargetId))
        && (_paths is null || found.Path is null || _paths.Covers(found));

    /// <summary>Those that are enabled, locked so that none is deleted before its deliveries are in.</summary>
    public static async Task<IReadOnlyList<WebhookRule>> ReadAsync(
        NpgsqlConnection connection, IReadOnlyList<SourceEvent> events, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select w.id, w.format, w.template, w.mode, w.min_severity, w.event_includes, w.event_excludes, w.target_ids,
                w.paths,
                array(select x.id from unnest($1) x (id) where pg_visible_in_snapshot(x.id, w.created_snapshot))
            from alert.webhooks w where w.enabled order by w.id
            for key share
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<ulong[]>
        {
            TypedValue = [.. events.Select(found => found.Position.TransactionId).Distinct()],
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Xid8,
        });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var webhooks = new List<WebhookRule>();
        while (await row.ReadAsync(cancellation))
        {
            webhooks.Add(new WebhookRule(row));
        }

        return webhooks;
    }
}
