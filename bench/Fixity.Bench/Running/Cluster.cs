using System.Globalization;
using Fixity.Data;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Fixity.Bench.Running;

/// <summary>A PostgreSQL of this run's own, with the settings that initdb gives, fsync included; removed at the end.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    private const string Template = "fixity_template";

    private readonly string _folder;
    private readonly string _binaries;
    private int _made;

    private Cluster(string folder, string binaries) => (_folder, _binaries) = (folder, binaries);

    public static async Task<Cluster> StartAsync(string folder, CancellationToken cancellation)
    {
        var data = Path.Combine(folder, $"postgres-{Environment.ProcessId}");
        Directory.CreateDirectory(data);
        var cluster = new Cluster(data, FindBinaries());
        try
        {
            if (Environment.UserName == "root")
            {
                await Shell.RunAsync($"chown nobody {Shell.Quote(data)}", cancellation);
            }

            await cluster.ServerCommandAsync("initdb", $"-D {Shell.Quote(data)}/data -U postgres -A trust", cancellation);
            await cluster.ServerCommandAsync(
                "pg_ctl",
                $"-D {Shell.Quote(data)}/data -s -w -l {Shell.Quote(data)}/log " +
                $"-o '-k {data} -c listen_addresses=' start >/dev/null 2>&1 </dev/null",
                cancellation);
            await cluster.ExecuteAsync("postgres", $"create database {Template}", cancellation);
            await using var database = NpgsqlDataSource.Create(cluster.ConnectionStringFor(Template) + ";Pooling=false");
            await new Migrator(database, NullLogger<Migrator>.Instance).MigrateAsync(Schema.Migrations, cancellation);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public string ConnectionStringFor(string database) => $"Host={_folder};Username=postgres;Database={database}";

    public string Psql(string database) => $"psql -X -q -v ON_ERROR_STOP=1 -h {Shell.Quote(_folder)} -U postgres {database}";

    /// <returns>The name of a new, migrated, empty database.</returns>
    public async Task<string> CreateDatabaseAsync(CancellationToken cancellation)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"b{++_made}");
        await ExecuteAsync("postgres", $"create database {name} template {Template}", cancellation);
        await ExecuteAsync("postgres", "checkpoint", cancellation);
        return name;
    }

    public Task DropDatabaseAsync(string database, CancellationToken cancellation) =>
        ExecuteAsync("postgres", $"drop database if exists {database} with (force)", cancellation);

    public Task ExecuteAsync(string database, string sql, CancellationToken cancellation) =>
        ScalarAsync<object>(database, sql, cancellation);

    public async Task<T?> ScalarAsync<T>(string database, string sql, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(ConnectionStringFor(database) + ";Pooling=false;Timeout=60");
        await connection.OpenAsync(cancellation);
#pragma warning disable CA2100 // Names of databases that this class made; they cannot be parameters.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync(cancellation) is T value ? value : default;
    }

    /// <summary>Rows of the baseline that were ever written, read when the sessions that wrote them have ended and told.</summary>
    public async Task<long> ReadRowsWrittenAsync(string database, CancellationToken cancellation)
    {
        while (await ScalarAsync<long>(
            database,
            "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
            cancellation) > 0)
        {
            await Task.Delay(20, cancellation);
        }

        return await ScalarAsync<long>(
            database,
            """
            select (n_tup_ins + n_tup_upd + n_tup_del)::bigint from pg_stat_user_tables
            where schemaname = 'scanner' and relname = 'files'
            """,
            cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (File.Exists(Path.Combine(_folder, "data", "postmaster.pid")))
        {
            await ServerCommandAsync(
                "pg_ctl", $"-D {Shell.Quote(_folder)}/data -s -w -m immediate stop >/dev/null 2>&1 </dev/null",
                CancellationToken.None);
        }

        Directory.Delete(_folder, recursive: true);
    }

    private Task<string> ServerCommandAsync(string program, string arguments, CancellationToken cancellation)
    {
        // PostgreSQL refuses root.
        var user = Environment.UserName == "root" ? "setpriv --reuid=nobody --regid=nogroup --clear-groups " : "";
        return Shell.RunAsync($"{user}{Shell.Quote(Path.Combine(_binaries, program))} {arguments}", cancellation);
    }

    private static string FindBinaries()
    {
        var installed = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin"))
            : [];
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Concat(installed.OrderDescending(StringComparer.Ordinal))
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")))
            ?? throw new InvalidOperationException("The benchmarks need PostgreSQL (Debian: postgresql).");
    }
}
