using Npgsql;

namespace Fixity.Alert.Deliveries.Backlog;

/// <summary>Counts what waits to be sent.</summary>
internal sealed class BacklogQueries(NpgsqlDataSource database)
{
    /// <summary>More webhooks than that are counted together: a label must stay bounded.</summary>
    public const int MostWebhooks = 200;

    /// <summary>What waits for somebody who has switched a webhook off waits for nothing that could go wrong.</summary>
    public async Task<IReadOnlyList<BacklogFigure>> CountAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            with named as (
                select w.id, w.enabled, w.disabled_at,
                    case when row_number() over (order by w.id) <= $1 then w.name else 'other' end as name
                from alert.webhooks w
            )
            select named.name, coalesce(sum(waiting.pending), 0)::bigint,
                coalesce(max(waiting.age), 0)::double precision, bool_or(named.disabled_at is not null)
            from named
            cross join lateral (
                select count(*) as pending, extract(epoch from now() - min(d.created_at)) as age
                from alert.webhook_deliveries d
                where d.webhook_id = named.id and d.status = 'pending' and named.enabled
            ) waiting
            group by named.name
            """);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = MostWebhooks });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var figures = new List<BacklogFigure>();
        while (await row.ReadAsync(cancellation))
        {
            figures.Add(ReadFigure(row));
        }

        return figures;
    }

    /// <summary>How long the next event has waited to be matched: the same whichever webhooks there are.</summary>
    /// <returns>In seconds; 0: none waits.</returns>
    public async Task<double> UnmatchedSecondsAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select coalesce(max(extract(epoch from now() - next.at)), 0)::double precision
            from alert.cursors c
            cross join lateral (
                (select e.detected_at as at from scanner.change_events e
                where c.source = 'change_events' and (e.transaction_id, e.id) > (c.transaction_id, c.event_id)
                order by e.transaction_id, e.id limit 1)
                union all
                (select e.occurred_at from scanner.target_events e
                where c.source = 'target_events' and (e.transaction_id, e.id) > (c.transaction_id, c.event_id)
                order by e.transaction_id, e.id limit 1)
            ) next
            """);
        return (double)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static BacklogFigure ReadFigure(NpgsqlDataReader row) =>
        new(row.GetString(0), row.GetInt64(1), row.GetDouble(2), row.GetBoolean(3));
}
