using System.Collections.Concurrent;
using System.Runtime.Versioning;
using Aspire.Hosting.Run.Postgres;
using Npgsql;

namespace Aspire.Hosting.Tests.Postgres;

/// <summary>
/// How a container runtime is spoken to. Its command line is played by a script that starts the installed PostgreSQL
/// on what "run" asks for; no image registry is needed.
/// </summary>
[UnsupportedOSPlatform("windows")]
public sealed class PostgresContainerTests : IDisposable
{
    private const string Runtime = """
        #!/bin/sh
        state=$(dirname "$0")
        echo "$*" >> "$state/calls"
        case $1 in
          info) exit 0 ;;
          image) test -e "$state/image" ; exit ;;
          pull)
            test -e "$state/registry" || { echo "no route to registry" >&2; exit 1; }
            touch "$state/image" ;;
          run)
            while [ $# -gt 0 ]; do
              case $1 in
                --publish) port=${2#127.0.0.1:}; port=${port%%:*}; shift ;;
                --volume) volume=$state/${2%%:*}; shift ;;
              esac
              shift
            done
            bin=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
            down=; test "$(id -u)" = 0 && down='setpriv --reuid=nobody --regid=nogroup --clear-groups'
            cd /
            if ! test -e "$volume/PG_VERSION"; then
              mkdir -p "$volume"; test -z "$down" || chown nobody "$volume"
              umask 077; echo "$POSTGRES_PASSWORD" > "$state/pw"; test -z "$down" || chown nobody "$state/pw"
              $down "$bin/initdb" -D "$volume" -U "$POSTGRES_USER" --pwfile="$state/pw" -A "$POSTGRES_HOST_AUTH_METHOD"
            fi
            exec $down "$bin/postgres" -D "$volume" -p "$port" -c listen_addresses=127.0.0.1 \
              -c unix_socket_directories= ;;
        esac
        """;

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"fixity-container-{Guid.NewGuid():N}");
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(2));

    public PostgresContainerTests()
    {
        PostgresFolder.CreatePrivate(_folder);
        File.WriteAllText(RuntimePath, Runtime);
        File.SetUnixFileMode(RuntimePath, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private string RuntimePath => Path.Combine(_folder, "docker");

    public void Dispose()
    {
        _limit.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [FactWith(Parts.InstalledPostgres)]
    public async Task A_container_keeps_its_volume_over_a_restart_and_its_password_off_the_command_line()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "registry"), "");
        await using (var first = await StartAsync())
        {
            Assert.Contains("volume fixity-db-", first.Source, StringComparison.Ordinal);
            await ScalarAsync(first, "create table kept as select 7 as id");
        }

        await using var second = await StartAsync();

        Assert.Equal(7, await ScalarAsync(second, "select id from kept"));
        var calls = await File.ReadAllLinesAsync(Path.Combine(_folder, "calls"));
        Assert.Single(calls, call => call.StartsWith("pull", StringComparison.Ordinal));
        Assert.DoesNotContain(calls, call => call.Contains("the-password", StringComparison.Ordinal));
        Assert.All(
            calls.Where(call => call.StartsWith("run", StringComparison.Ordinal)),
            call => Assert.Matches(
                @"--publish 127\.0\.0\.1:\d+:5432 --volume fixity-db-\w+:/var/lib/postgresql ", call));
    }

    [FactWith(Parts.InstalledPostgres)]
    public async Task A_runtime_that_cannot_get_the_image_is_passed_over_with_a_line()
    {
        await using var server = await StartAsync();

        Assert.Contains("installed", server.Source, StringComparison.Ordinal);
        Assert.Single(_lines, line => line.EndsWith("cannot get it: no route to registry", StringComparison.Ordinal));
    }

    [FactWith(Parts.InstalledPostgres)]
    public async Task Data_in_a_volume_is_not_begun_anew_elsewhere_when_the_runtime_is_gone()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "registry"), "");
        await (await StartAsync()).StopAsync();
        File.Delete(RuntimePath);

        var refused = await Assert.ThrowsAsync<PostgresHostException>(StartAsync);

        Assert.Contains("container volume 'fixity-db-", refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder, "state", "postgres", "db", "data")));
    }

    private Task<RunningPostgres> StartAsync() => PostgresHost.StartAsync(
        new PostgresHostOptions(
            "db",
            Path.Combine(_folder, "state"),
            "postgres",
            "the-password",
            null,
            (line, _) => _lines.Enqueue(line))
        {
            ContainerRuntimes = [RuntimePath],
        },
        _limit.Token);

    private async Task<object?> ScalarAsync(RunningPostgres server, string sql)
    {
        await using var connection = new NpgsqlConnection(
            $"Host={server.Host};Port={server.Port};Username=postgres;Password=the-password;Pooling=false");
        await connection.OpenAsync(_limit.Token);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(_limit.Token);
    }
}
