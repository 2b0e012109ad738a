using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using Fixity.Data;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Fixity.Testing.Postgres;

/// <summary>A private PostgreSQL of this test process, with a migrated template database; removed at the end.</summary>
/// <remarks>
/// <c>FIXITY_TEST_DB</c> names another server to use (a login that may create databases). There is no skip: without
/// either, every database test fails. As root the server runs as <c>nobody</c>, because PostgreSQL refuses root.
/// </remarks>
public sealed class PostgresServer
{
    private const string TemplateName = "fixity_template";

    private static readonly Lazy<Task<PostgresServer>> Shared = new(StartSharedAsync);

    private readonly string _connectionString;

    private PostgresServer(string connectionString) => _connectionString = connectionString;

    public static Task<PostgresServer> GetAsync() => Shared.Value;

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

    private static async Task<PostgresServer> StartSharedAsync()
    {
        var given = Environment.GetEnvironmentVariable("FIXITY_TEST_DB");
        var template = $"{TemplateName}_{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}";
        var server = new PostgresServer(given ?? StartCluster()) { Template = template };
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

    private static string StartCluster()
    {
        var binaries = FindBinaries();
        var folder = Directory.CreateTempSubdirectory("fixity-pg-").FullName;
        if (!OperatingSystem.IsWindows())
        {
            HandOver(folder);
        }

        var data = Path.Combine(folder, "data");
        Run(binaries, "initdb", ["-D", data, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--locale=C"]);
        // A Unix socket in a folder of its own: no port to collide on, nobody else can reach it.
        Run(binaries, "pg_ctl",
        [
            "-D", data, "-w", "-l", Path.Combine(folder, "log"), "-o",
            $"-k {folder} -c listen_addresses= -c fsync=off -c full_page_writes=off -c max_connections=200 -c shared_buffers=64MB",
            "start",
        ]);
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            Run(binaries, "pg_ctl", ["-D", data, "-w", "-m", "immediate", "stop"]);
            Directory.Delete(folder, recursive: true);
        };
        StopWhenKilled(data, folder);
        return $"Host={folder};Username=postgres";
    }

    /// <summary>A test host that is killed cannot clean up; this shell notices and does.</summary>
    private static void StopWhenKilled(string data, string folder)
    {
        var script = $"while kill -0 {Environment.ProcessId} 2>/dev/null; do sleep 2; done; "
            + $"[ -d '{data}' ] && kill -QUIT $(head -1 '{data}/postmaster.pid') 2>/dev/null; sleep 1; rm -rf '{folder}'";
        using var watcher = Process.Start(new ProcessStartInfo("setsid", ["sh", "-c", script])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        });
    }

    [UnsupportedOSPlatform("windows")]
    private static void HandOver(string folder)
    {
        File.SetUnixFileMode(folder, (UnixFileMode)Convert.ToInt32("755", 8));
        if (Environment.UserName == "root")
        {
            using var chown = Process.Start("chown", ["nobody", folder]);
            chown.WaitForExit();
        }
    }

    private static string FindBinaries()
    {
        var candidates = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Concat(Directory.Exists("/usr/lib/postgresql")
                ? Directory.GetDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Reverse().Select(d => Path.Combine(d, "bin"))
                : []);
        return candidates.FirstOrDefault(d => File.Exists(Path.Combine(d, "initdb")) && File.Exists(Path.Combine(d, "pg_ctl")))
            ?? throw new InvalidOperationException(
                "Database tests need PostgreSQL: install it (Debian: postgresql), or name a server in FIXITY_TEST_DB.");
    }

    private static void Run(string binaries, string program, string[] arguments)
    {
        var path = Path.Combine(binaries, program);
        var start = Environment.UserName == "root"
            ? new ProcessStartInfo("setpriv", ["--reuid=nobody", "--regid=nogroup", "--clear-groups", path, .. arguments])
            : new ProcessStartInfo(path, arguments);
        start.WorkingDirectory = "/";
        // Not redirected to pipes: the server that pg_ctl leaves behind would hold them open for ever.
        start.RedirectStandardOutput = program != "pg_ctl";
        start.RedirectStandardError = program != "pg_ctl";
        if (program == "pg_ctl")
        {
            start.ArgumentList.Add("-s");
        }

        using var process = Process.Start(start)!;
        var output = program == "pg_ctl" ? "" : process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {output}");
        }
    }
}
