using Fixity.Testing.Postgres;
using Npgsql;

namespace Fixity.Data.Tests;

/// <summary>A database without anything in it, not even a schema version.</summary>
public sealed class EmptyDatabase : IAsyncLifetime
{
    private readonly string _name = $"e_{Guid.NewGuid():N}";

    public NpgsqlDataSource DataSource { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        var server = await PostgresServer.GetAsync();
        await server.ExecuteAsync($"create database {_name} template template0");
        DataSource = NpgsqlDataSource.Create(server.ConnectionStringFor(_name));
    }

    public async Task DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await (await PostgresServer.GetAsync()).ExecuteAsync($"drop database {_name} with (force)");
    }

    public async Task<T?> ScalarAsync<T>(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }
}
