using System.Globalization;
using Fixity.Data;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Fixity.Testing.Postgres;

/// <summary>A private PostgreSQL of this test process, with a migrated template database; removed at the end.</summary>
/// <remarks>
/// <c>FIXITY_TEST_DB</c> names another server to use (a login that may create databases). There is no skip: without
/// either, every database test fails.
/// </remarks>
public sealed class PostgresServer
{
    private const string TemplateName = "fixity_template";

    private static readonly Lazy<Task<PostgresServer>> Shared = new(StartSharedAsync);

    private readonly string _connectionString;

    private PostgresServer(string connectionString, PostgresCluster? cluster) =>
        (_connectionString, Cluster) = (connectionString, cluster);

    public static Task<PostgresServer> GetAsync() => Shared.Value;

    /// <summary>Null: somebody else's, named by <c>FIXITY_TEST_DB</c>.</summary>
    public PostgresCluster? Cluster { get; }

    public string Template { get; private init; } = TemplateName;

    public string ConnectionStringFor(string database) =>
        new NpgsqlConnectionStringBuilder(_connectionString) { Database = database, Pooling = true, MaxPoolSize = 40 }.ConnectionString;

    /// <summary>Creates and drops databases one at a time: PostgreSQL refuses a template that another session copies.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(_connectionString) { Database = "postgres", Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("select pg_advisory_lock(4711);" + sql, connection);
        // CREATE DATABASE must be a statement of its own.
        command.CommandText = "select pg_advisory_lock(4711)";
        await command.ExecuteNonQueryAsync();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>A server that one test has for itself, to stop and to start.</summary>
    public static Task<PostgresServer> StartOwnAsync() => PrepareAsync(PostgresCluster.Create(), given: null);

    private static Task<PostgresServer> StartSharedAsync() =>
        Environment.GetEnvironmentVariable("FIXITY_TEST_DB") is { } given
            ? PrepareAsync(cluster: null, given)
            : PrepareAsync(PostgresCluster.Create(), given: null);

    private static async Task<PostgresServer> PrepareAsync(PostgresCluster? cluster, string? given)
    {
        var template = $"{TemplateName}_{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}";
        var server = new PostgresServer(cluster?.ConnectionString ?? given!, cluster) { Template = template };
        await server.ExecuteAsync($"create database {template}");
        await using var data = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(server.ConnectionStringFor(template)) { Pooling = false }.ConnectionString);
        await new Migrator(data, NullLogger<Migrator>.Instance).MigrateAsync(Schema.Migrations, CancellationToken.None);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.Forget(given is not null);
        return server;
    }

    private void Forget(bool keepServer)
    {
        if (keepServer)
        {
            NpgsqlConnection.ClearAllPools();
            using var connection = new NpgsqlConnection(ConnectionStringFor("postgres"));
            connection.Open();
            using var command = new NpgsqlCommand($"drop database if exists {Template} with (force)", connection);
            command.ExecuteNonQuery();
        }
    }
}
