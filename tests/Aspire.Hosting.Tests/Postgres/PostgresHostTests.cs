using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.Versioning;
using Aspire.Hosting.Run.Postgres;
using Npgsql;

namespace Aspire.Hosting.Tests.Postgres;

/// <summary>Real servers from each source that this machine has.</summary>
public sealed class PostgresHostTests : IDisposable
{
    private readonly string _stateFolder =
        Path.Combine(Path.GetTempPath(), $"fixity-postgres-{Guid.NewGuid():N}");

    private readonly ConcurrentQueue<string> _lines = new();
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(4));

    public PostgresHostTests()
    {
        PostgresFolder.CreatePrivate(_stateFolder);
    }

    public void Dispose()
    {
        _limit.Dispose();
        Directory.Delete(_stateFolder, recursive: true);
    }

    [FactWith(Parts.InstalledPostgres)]
    public Task Installed_binaries_keep_the_data_over_a_restart() =>
        KeepsDataAsync(PostgresSources.Installed, "installed");

    [FactWith(Parts.Npm)]
    public Task Binaries_from_npm_keep_the_data_over_a_restart() =>
        KeepsDataAsync(PostgresSources.Package, "@embedded-postgres/");

    [FactWith(Parts.InstalledPostgres)]
    public async Task Only_scram_only_loopback_and_no_trace_of_the_password()
    {
        await using var server = await StartAsync(Options());

        Assert.Equal("scram-sha-256", await ScalarAsync(server, "show password_encryption"));
        Assert.Equal("127.0.0.1", await ScalarAsync(server, "show listen_addresses"));
        Assert.Equal("200", await ScalarAsync(server, "show max_connections"));
        Assert.Equal("UTF8", await ScalarAsync(server, "show server_encoding"));
        Assert.Equal("C", await ScalarAsync(server, "select datcollate from pg_database where datname = 'postgres'"));
        Assert.Equal(
            0L,
            await ScalarAsync(
                server, "select count(*) from pg_hba_file_rules where auth_method <> 'scram-sha-256'"));
        var wrong = await Assert.ThrowsAsync<PostgresException>(
            () => ScalarAsync(server, "select 1", password: "wrong"));
        Assert.Equal(PostgresErrorCodes.InvalidPassword, wrong.SqlState);
        Assert.DoesNotContain(_lines, line => line.Contains("the-password", StringComparison.Ordinal));
        Assert.Empty(Directory.EnumerateFiles(_stateFolder, "password*", SearchOption.AllDirectories));
    }

    [FactWith(Parts.InstalledPostgres)]
    public async Task After_a_kill_of_everything_the_next_start_recovers()
    {
        await using var first = await StartAsync(Options());
        await ExecuteAsync(first, "create table kept (id int); insert into kept values (7)");
        Kill(first.Pid!.Value);
        await first.Exited;
        await first.StopAsync();

        await using var second = await StartAsync(Options());

        Assert.Equal(7, await ScalarAsync(second, "select id from kept"));
        Assert.Equal(first.Port, second.Port);
    }

    [FactWith(Parts.InstalledPostgres)]
    public async Task A_server_that_a_killed_AppHost_left_running_is_stopped_first()
    {
        var options = Options();
        var first = await StartAsync(options);
        await ExecuteAsync(first, "create table kept (id int); insert into kept values (7)");
        await first.StopAsync();
        var orphan = StartOrphan(options, first.Port);
        await WaitUntilAsync(() => AnswersAsync(first));

        await using var second = await StartAsync(options);

        Assert.Equal(7, await ScalarAsync(second, "select id from kept"));
        Assert.Contains(_lines, line => line.Contains("earlier run", StringComparison.Ordinal));
        Assert.NotEqual(orphan.Id, second.Pid);
        await orphan.WaitForExitAsync(_limit.Token);
        orphan.Dispose();
    }

    [FactWith(Parts.InstalledPostgres)]
    public async Task A_stale_process_file_that_names_a_stranger_is_no_obstacle()
    {
        var options = Options();
        await (await StartAsync(options)).StopAsync();
        var processFile = Path.Combine(_stateFolder, "postgres", "db", "data", "postmaster.pid");
        await File.WriteAllTextAsync(processFile, $"{Environment.ProcessId}\n/elsewhere\n1\n5432\n\n\n0 0\nready\n");

        await using var second = await StartAsync(options);

        Assert.Equal(1, await ScalarAsync(second, "select 1"));
    }

    [FactWith(Parts.InstalledPostgres)]
    public async Task A_port_that_was_taken_meanwhile_is_replaced_and_one_asked_for_is_not()
    {
        var options = Options();
        var first = await StartAsync(options);
        await first.StopAsync();
        using var squatter = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, first.Port);
        squatter.Start();

        await using (var second = await StartAsync(options))
        {
            Assert.NotEqual(first.Port, second.Port);
        }

        var refused = await Assert.ThrowsAsync<PostgresHostException>(
            () => StartAsync(options with { Port = first.Port }));
        Assert.Contains($"{first.Port}", refused.Message, StringComparison.Ordinal);
    }

    [FactWith(Parts.InstalledPostgres)]
    public async Task A_port_with_connections_that_just_ended_is_taken_again()
    {
        var options = Options();
        var first = await StartAsync(options);
        await using var held = new NpgsqlConnection(ConnectionString(first, "the-password"));
        await held.OpenAsync(_limit.Token);
        await first.StopAsync();

        await using var second = await StartAsync(options with { Port = first.Port });

        Assert.Equal(first.Port, second.Port);
    }

    [FactWith(Parts.InstalledPostgres)]
    public async Task Two_AppHosts_do_not_share_a_state_folder()
    {
        await using var first = await StartAsync(Options());

        var refused = await Assert.ThrowsAsync<PostgresHostException>(() => StartAsync(Options()));

        Assert.Contains("another AppHost", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, await ScalarAsync(first, "select 1"));
    }

    [FactWith(Parts.InstalledPostgres)]
    public async Task A_changed_password_is_taught_to_the_database()
    {
        var options = Options();
        await (await StartAsync(options)).StopAsync();

        await using var second = await StartAsync(options with { Password = "it's \"another\" one" });

        Assert.Equal(1, await ScalarAsync(second, "select 1", password: "it's \"another\" one"));
    }

    [FactWith(Parts.InstalledPostgres)]
    public async Task Data_of_another_major_version_is_refused_by_name_and_left_alone()
    {
        var options = Options();
        await (await StartAsync(options)).StopAsync();
        var versionFile = Path.Combine(_stateFolder, "postgres", "db", "data", "PG_VERSION");
        await File.WriteAllTextAsync(versionFile, "14\n");

        var refused = await Assert.ThrowsAsync<PostgresHostException>(
            () => StartAsync(options with { Sources = PostgresSources.Installed | PostgresSources.Package }));

        Assert.Contains("PostgreSQL 14", refused.Message, StringComparison.Ordinal);
        Assert.Matches(@"Found here: PostgreSQL \d\d", refused.Message);
        Assert.True(File.Exists(versionFile));
    }

    [FactWith(Parts.Root)]
    [UnsupportedOSPlatform("windows")]
    public async Task A_state_folder_that_nobody_can_pass_to_has_its_data_elsewhere_and_finds_it_again()
    {
        File.SetUnixFileMode(_stateFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var options = Options() with { Sources = PostgresSources.Installed | PostgresSources.Package };
        var elsewhere = "";
        try
        {
            await using (var first = await StartAsync(options))
            {
                await ExecuteAsync(first, "create table kept (id int); insert into kept values (7)");
            }

            var note = Path.Combine(_stateFolder, "postgres", "db", "data-is-in");
            elsewhere = (await File.ReadAllTextAsync(note)).Trim();
            Assert.Contains(_lines, line => line.Contains(elsewhere, StringComparison.Ordinal));
            await using var second = await StartAsync(options);
            Assert.Equal(7, await ScalarAsync(second, "select id from kept"));
        }
        finally
        {
            if (elsewhere.Length > 0)
            {
                Directory.Delete(Path.GetDirectoryName(elsewhere)!, recursive: true);
            }
        }
    }

    [Fact]
    public async Task Nothing_at_all_is_said_in_words()
    {
        var refused = await Assert.ThrowsAsync<PostgresHostException>(
            () => StartAsync(Options() with { Sources = PostgresSources.None }));

        Assert.Contains("Give a connection string", refused.Message, StringComparison.Ordinal);
    }

    private static void Kill(int processId)
    {
        using var process = Process.GetProcessById(processId);
        process.Kill();
    }

    private async Task KeepsDataAsync(PostgresSources sources, string origin)
    {
        var options = Options() with { Sources = sources };
        int port;
        await using (var first = await StartAsync(options))
        {
            Assert.Contains(origin, first.Source, StringComparison.Ordinal);
            await ExecuteAsync(first, "create table kept (path text collate \"C\"); insert into kept values ('a/ä')");
            port = first.Port;
            await first.StopAsync();
            Assert.Equal(0, await first.Exited);
        }

        await using var second = await StartAsync(options);

        Assert.Equal("a/ä", await ScalarAsync(second, "select path from kept"));
        Assert.Equal(port, second.Port);
    }

    private PostgresHostOptions Options() => new(
        "db", _stateFolder, "postgres", "the-password", null, (line, _) => _lines.Enqueue(line))
    {
        Sources = PostgresSources.Installed,
    };

    private Task<RunningPostgres> StartAsync(PostgresHostOptions options) =>
        PostgresHost.StartAsync(options, _limit.Token);

    /// <summary>A server on the data that no supervisor knows of, as a killed AppHost and guard leave it.</summary>
    private static Process StartOrphan(PostgresHostOptions options, int port)
    {
        var data = Path.Combine(options.StateFolder, "postgres", "db", "data");
        var binaries = Directory.EnumerateDirectories("/usr/lib/postgresql").Order().Last();
        var (command, arguments) = ServerUser.Choose().Wrap(
            Path.Combine(binaries, "bin", "postgres"), ["-D", data, "-p", $"{port}", "-c", "unix_socket_directories="]);
        return Process.Start(new ProcessStartInfo(command, arguments) { WorkingDirectory = "/" })!;
    }

    private async Task WaitUntilAsync(Func<Task<bool>> condition)
    {
        while (!await condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), _limit.Token);
        }
    }

    private async Task<bool> AnswersAsync(RunningPostgres server)
    {
        try
        {
            return await ScalarAsync(server, "select 1") is 1;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private async Task ExecuteAsync(RunningPostgres server, string sql) => await ScalarAsync(server, sql);

    private static string ConnectionString(RunningPostgres server, string password) =>
        new NpgsqlConnectionStringBuilder
        {
            Host = server.Host,
            Port = server.Port,
            Username = "postgres",
            Password = password,
            Database = "postgres",
            Pooling = false,
        }.ConnectionString;

    private async Task<object?> ScalarAsync(RunningPostgres server, string sql, string password = "the-password")
    {
        await using var connection = new NpgsqlConnection(ConnectionString(server, password));
        await connection.OpenAsync(_limit.Token);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(_limit.Token);
    }
}
