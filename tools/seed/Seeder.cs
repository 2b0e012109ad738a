using System.Diagnostics;
using Fixity.Data;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Fixity.Seed;

/// <summary>Fills an empty database with a made-up history.</summary>
/// <remarks>
/// The rows are one transaction. The indexes, which are built after them, are one each: all of ten years of partitions in one
/// would be more locks than a server has room for. One that is stopped between them leaves a database to be dropped.
/// </remarks>
/// <param name="say">Told what is done, and how long it took.</param>
public sealed class Seeder(NpgsqlDataSource database, Action<string> say)
{
    private const int ScansATurn = 1_000;

    /// <exception cref="InvalidOperationException">There are targets in the database.</exception>
    public async Task RunAsync(SeedPlan plan, CancellationToken cancellation)
    {
        await new Migrator(database, NullLogger<Migrator>.Instance).MigrateAsync(Schema.Migrations, cancellation);
        Queue<(string? Name, string Sql)> indexes;
        await using (var connection = await OpenAsync(cancellation))
        {
            indexes = await FillAsync(connection, plan, cancellation);
        }

        await RunAllAsync(indexes, cancellation);
        // Plans and visibility: as a database stands that has lived.
        var tables = new[] { "scanner.change_events", "scanner.files", "scheduler.scans" };
        await RunAllAsync(
            new([
                .. tables.Select(table => ((string?)$"statistics of {table}", $"vacuum (analyze) {table}")),
                .. await OthersAsync(tables, cancellation),
            ]),
            cancellation);
    }

    /// <summary>Runs statements that have nothing to do with each other, two at a time.</summary>
    private async Task RunAllAsync(Queue<(string? Name, string Sql)> statements, CancellationToken cancellation)
    {
        await Task.WhenAll(WorkAsync(), WorkAsync());

        async Task WorkAsync()
        {
            await using var connection = await OpenAsync(cancellation);
            while (Next() is var (name, sql))
            {
                await RunAsync(connection, name, sql, [], cancellation);
            }
        }

        (string? Name, string Sql)? Next()
        {
            lock (statements)
            {
                return statements.TryDequeue(out var next) ? next : null;
            }
        }
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellation)
    {
        var connection = await database.OpenConnectionAsync(cancellation);
        await RunAsync(connection, null, "set maintenance_work_mem = '512MB'", [], cancellation);
        await RunAsync(connection, null, "set synchronous_commit = off", [], cancellation);
        return connection;
    }

    private async Task<List<(string? Name, string Sql)>> OthersAsync(string[] tables, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(SeedSql.OtherTables);
        command.Parameters.Add(new NpgsqlParameter { Value = tables });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var others = new List<(string?, string)>();
        while (await row.ReadAsync(cancellation))
        {
            others.Add((null, row.GetString(0)));
        }

        return others;
    }

    /// <returns>The indexes that are still to be built.</returns>
    private async Task<Queue<(string? Name, string Sql)>> FillAsync(
        NpgsqlConnection connection, SeedPlan plan, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (await ExistsAsync(connection, cancellation))
        {
            throw new InvalidOperationException("There are targets in this database: only an empty one is filled.");
        }

        var salt = plan.Number * 1_000L;
        await RunAsync(connection, null, SeedSql.Functions, [], cancellation);
        await RunAsync(connection, null, SeedSql.Targets, [plan.Targets, plan.Files], cancellation);
        await RunAsync(connection, "targets", SeedSql.TargetRows, [plan.Since], cancellation);
        var indexes = await DropIndexesAsync(connection, cancellation);
        await RunAsync(connection, "partitions", SeedSql.Partitions, [plan.Since, Months(plan)], cancellation);

        await RunAsync(connection, "files", SeedSql.Files, [salt, plan.Until, (plan.Until - plan.Since).Days], cancellation);
        await RunAsync(connection, "scans", SeedSql.Scans, [salt, plan.Since, plan.Until, plan.Scans, plan.Targets], cancellation);
        await RunAsync(connection, "segments", SeedSql.Segments, [], cancellation);
        await RunAsync(connection, "scan errors", SeedSql.ScanErrors, [], cancellation);
        await FillChangesAsync(connection, plan, salt, cancellation);
        await RunAsync(connection, "damage of now", SeedSql.Damage, [plan.Changes], cancellation);
        await RunAsync(connection, "counters", SeedSql.Counters, [], cancellation);
        await RunAsync(connection, "states of targets", SeedSql.TargetStates, [], cancellation);
        await RunAsync(connection, "events of targets", SeedSql.TargetEvents, [], cancellation);
        await RunAsync(connection, null, SeedSql.Cursors, [], cancellation);
        await RunAsync(connection, null, SeedSql.Sequences, [], cancellation);
        await transaction.CommitAsync(cancellation);
        return indexes;
    }

    private async Task FillChangesAsync(NpgsqlConnection connection, SeedPlan plan, long salt, CancellationToken cancellation)
    {
        // Of the first target, four fifths of the way.
        var largest = Math.Max(plan.Scans * 8 / 10 / plan.Targets, 1) * plan.Targets;
        var others = plan.Changes - plan.LargestScanChanges;
        for (var first = 1L; first <= plan.Scans; first += ScansATurn)
        {
            var last = Math.Min(first + ScansATurn - 1, plan.Scans);
            await RunAsync(
                connection, $"changes of scans {first} to {last}", SeedSql.Changes,
                [salt, others, plan.Scans, first, last, largest, plan.LargestScanChanges], cancellation);
        }

        await RunAsync(
            connection, "the largest scan", SeedSql.LargestScan,
            [largest, plan.LargestScanChanges, largest * others / plan.Scans], cancellation);
    }

    private static int Months(SeedPlan plan) =>
        ((plan.Until.Year - plan.Since.Year) * 12) + plan.Until.Month - plan.Since.Month + 2;

    private static async Task<bool> ExistsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select exists (select from scheduler.targets)", connection);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static async Task<Queue<(string? Name, string Sql)>> DropIndexesAsync(
        NpgsqlConnection connection, CancellationToken cancellation)
    {
        var indexes = new List<(string Drop, string Name, string Sql)>();
        await using (var command = new NpgsqlCommand(SeedSql.Indexes, connection))
        {
            await using var row = await command.ExecuteReaderAsync(cancellation);
            while (await row.ReadAsync(cancellation))
            {
                indexes.Add((row.GetString(0), row.GetString(1), row.GetString(2)));
            }
        }

        foreach (var (sql, _, _) in indexes)
        {
#pragma warning disable CA2100 // As the server spells it.
            await using var drop = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
            await drop.ExecuteNonQueryAsync(cancellation);
        }

        return new(indexes.Select(index => ((string?)index.Name, index.Sql)));
    }

    /// <param name="what">Null: not worth a word.</param>
    private async Task RunAsync(
        NpgsqlConnection connection, string? what, string sql, object[] parameters, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
#pragma warning disable CA2100 // Constants of SeedSql, and definitions of indexes as the server gave them.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        command.CommandTimeout = 0;
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter is int number ? (long)number : parameter });
        }

        var rows = await command.ExecuteNonQueryAsync(cancellation);
        if (what is not null)
        {
            say($"{Stopwatch.GetElapsedTime(started).TotalSeconds,7:F1} s  {what}{(rows > 0 ? $": {rows:N0} rows" : "")}");
        }
    }
}
