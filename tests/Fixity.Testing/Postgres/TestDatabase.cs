using Fixity.Data;
using Npgsql;
using Xunit;

namespace Fixity.Testing.Postgres;

/// <summary>One migrated database, a copy of the template: <c>class FooTests(TestDatabase db) : IClassFixture&lt;TestDatabase&gt;</c>.</summary>
/// <remarks>Classes run in parallel and share nothing. Tests of one class share the database, so each makes its own rows.</remarks>
public class TestDatabase : IAsyncLifetime
{
    private readonly string _name = $"t_{Guid.NewGuid():N}";

    /// <summary>As the owner of everything.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>As the owner of everything: for arranging and asserting.</summary>
    public NpgsqlDataSource DataSource { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        var server = await GetServerAsync();
        await server.ExecuteAsync($"create database {_name} template {server.Template}");
        ConnectionString = server.ConnectionStringFor(_name);
        DataSource = NpgsqlDataSource.Create(ConnectionString);
    }

    /// <summary>With just the grants of one service: what production code under test gets.</summary>
    public NpgsqlDataSource DataSourceAs(string role) =>
        NpgsqlDataSource.Create(DatabaseRegistration.AsRole(ConnectionString, role));

    public async Task<int> AddTargetAsync(string root = "/nowhere", string? name = null)
    {
        await using var command = DataSource.CreateCommand(
            "insert into scheduler.targets (name, type, root) values ($1, 'local', $2) returning id");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name ?? $"target {Guid.NewGuid():N}" });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = root });
        return (int)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>A queued scan with one segment over everything.</summary>
    public async Task<long> AddScanAsync(int targetId, string mode = "incremental", string trigger = "manual")
    {
        await using var command = DataSource.CreateCommand("""
            with scan as (
                insert into scheduler.scans (target_id, trigger, mode) values ($1, $3, $2) returning id
            )
            insert into scheduler.scan_segments (scan_id, ordinal) select id, 0 from scan returning scan_id
            """);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = targetId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = mode });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = trigger });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async Task<T?> ScalarAsync<T>(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    /// <summary>The first column of every row, as text.</summary>
    public async Task<List<string>> ListAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        await using var row = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await row.ReadAsync())
        {
            rows.Add(row.GetString(0));
        }

        return rows;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async Task DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await (await GetServerAsync()).ExecuteAsync($"drop database {_name} with (force)");
    }

    protected virtual Task<PostgresServer> GetServerAsync() => PostgresServer.GetAsync();
}
