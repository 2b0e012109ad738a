using System.Globalization;

namespace Aspire.Hosting.Run.Postgres;

/// <summary>A server in a container, its data in a named volume.</summary>
internal sealed class PostgresContainer(PostgresHostOptions options, PostgresFolder folder)
{
    // From 18 on the image keeps a folder per major version below this one.
    private const string VolumeTarget = "/var/lib/postgresql";
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan CommandLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PullLimit = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(15);

    private string Name => $"fixity-{options.ResourceName}-{folder.Key}";

    /// <returns>Null: no runtime answers, or it has no image or cannot run it, about which a line was said.</returns>
    /// <exception cref="PostgresHostException">The volume holds our data, and the server does not come up.</exception>
    public async Task<RunningPostgres?> TryStartAsync(CancellationToken cancellation)
    {
        foreach (var runtime in options.ContainerRuntimes)
        {
            var answer = await ShortCommand.RunAsync(runtime, ["info"], AnswerLimit, cancellation);
            if (answer.Succeeded
                && await HasImageAsync(runtime, cancellation)
                && await StartAsync(runtime, cancellation) is { } running)
            {
                return running;
            }
        }

        return null;
    }

    private async Task<bool> HasImageAsync(string runtime, CancellationToken cancellation)
    {
        var here =
            await ShortCommand.RunAsync(runtime, ["image", "inspect", options.Image], CommandLimit, cancellation);
        if (here.Succeeded)
        {
            return true;
        }

        options.Say($"Fetching {options.Image} once with {runtime}…");
        var pulled = await ShortCommand.RunAsync(runtime, ["pull", "--quiet", options.Image], PullLimit, cancellation);
        if (!pulled.Succeeded)
        {
            options.Say($"{runtime} answers but has no {options.Image} and cannot get it: {pulled.LastLine}");
        }

        return pulled.Succeeded;
    }

    private async Task<RunningPostgres?> StartAsync(string runtime, CancellationToken cancellation)
    {
        // What an AppHost that was killed left running: stopped in good order, since it has the volume. There may well
        // be none, so that how these two end says nothing.
        await ShortCommand.RunAsync(runtime, ["stop", "--time", "20", Name], CommandLimit, cancellation);
        await ShortCommand.RunAsync(runtime, ["rm", "--force", Name], CommandLimit, cancellation);

        var volume = folder.ContainerVolume ?? Name;
        var port = folder.ChoosePort(options.Port);
        var process = Launch(runtime, volume, port);
        var source = $"{runtime}: {options.Image}, volume {volume}";
        try
        {
            var probe = new PostgresProbe(port, options.UserName, options.Password);
            if (await probe.WaitAsync(process.Exited, cancellation) == PostgresAnswer.WrongPassword)
            {
                throw new PostgresHostException(
                    $"The database in the volume '{volume}' was made with another password for "
                    + $"'{options.UserName}'; give that one.");
            }
        }
        catch (PostgresHostException failure) when (folder.ContainerVolume is null)
        {
            await StopAsync();
            options.Say($"{runtime} cannot run {options.Image} here: {failure.Message}");
            return null;
        }
        catch
        {
            await StopAsync();
            throw;
        }

        folder.RememberContainer(volume);
        options.Say($"{source} listens on 127.0.0.1:{port}");
        return new RunningPostgres(port, source, pid: null, process.Exited, StopAsync, folder.Lock);

        async ValueTask StopAsync()
        {
            await process.StopAsync(StopGrace);
            await process.DisposeAsync();
        }
    }

    private SupervisedProcess Launch(string runtime, string volume, int port) =>
        SupervisedProcess.Start(new ProcessSpec(
            runtime,
            [
                "run", "--rm", "--name", Name,
                "--publish", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}:5432"),
                "--volume", $"{volume}:{VolumeTarget}",
                "--shm-size", "256m",

                // Names without values: the values come from the client's environment, not its command line.
                "--env", "POSTGRES_USER", "--env", "POSTGRES_PASSWORD",
                "--env", "POSTGRES_HOST_AUTH_METHOD", "--env", "POSTGRES_INITDB_ARGS",
                options.Image, "-c", "max_connections=200",
            ],
            folder.Path,
            new Dictionary<string, string>
            {
                ["POSTGRES_USER"] = options.UserName,
                ["POSTGRES_PASSWORD"] = options.Password,
                ["POSTGRES_HOST_AUTH_METHOD"] = "scram-sha-256",
                ["POSTGRES_INITDB_ARGS"] =
                    "--auth-host=scram-sha-256 --auth-local=scram-sha-256 --encoding=UTF8 --locale=C",
            },
            options.OnLine,
            StopSignal: StopSignal.Interrupt));
}
