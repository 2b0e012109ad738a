using Npgsql;

namespace Fixity.Alert.Deliveries.Backlog;

/// <summary>Counts what waits to be sent.</summary>
internal sealed class BacklogQueries(NpgsqlDataSource database)
{
    /// <summary>More webhooks than that are counted together: a label must stay bounded.</summary>
    public const int MostWebhooks = 200;

    public async Task<IReadOnlyList<BacklogFigure>> CountAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            with named as (
                select w.id, case when row_number() over (order by w.id) <= $1 then w.name else 'other' end as name
                from alert.webhooks w
            )
            select named.name, sum(waiting.pending)::bigint, coalesce(max(waiting.age), 0)::double precision
            from named
            cross join lateral (
                select count(*) as pending, extract(epoch from now() - min(d.created_at)) as age
                from alert.webhook_deliveries d
                where d.webhook_id = named.id and d.status = 'pending'
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

    private static BacklogFigure ReadFigure(NpgsqlDataReader row) => new(row.GetString(0), row.GetInt64(1), row.GetDouble(2));
}
