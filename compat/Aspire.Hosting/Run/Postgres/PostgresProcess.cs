using System.Globalization;

namespace Aspire.Hosting.Run.Postgres;

/// <summary>A server as a process of our own: makes its data folder, starts it, waits until it answers.</summary>
internal sealed class PostgresProcess(
    PostgresHostOptions options, PostgresFolder folder, PostgresDataFolder data, PostgresBinaries binaries)
{
    private static readonly TimeSpan InitLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(10);

    private ServerUser User => data.User;

    public async Task<RunningPostgres> StartAsync(CancellationToken cancellation)
    {
        if (data.MajorVersion is null)
        {
            await InitializeAsync(cancellation);
        }

        await data.ClearOrphansAsync(options.Say, cancellation);

        var port = folder.ChoosePort(options.Port);
        var process = Launch(port);
        try
        {
            var probe = new PostgresProbe(port, options.UserName, options.Password);
            if (await probe.WaitAsync(process.Exited, cancellation) == PostgresAnswer.WrongPassword)
            {
                await process.DisposeAsync();
                await TeachPasswordAsync(cancellation);
                process = Launch(port);
                if (await probe.WaitAsync(process.Exited, cancellation) == PostgresAnswer.WrongPassword)
                {
                    throw new PostgresHostException(
                        $"The database in '{data.Path}' does not know the user '{options.UserName}'.");
                }
            }
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }

        options.Say($"{binaries} listens on 127.0.0.1:{port}; data in {data.Path}");
        return new RunningPostgres(
            port, binaries.ToString(), process.Pid, process.Exited, StopAsync, folder.Lock);

        async ValueTask StopAsync()
        {
            await process.StopAsync(StopGrace);
            await process.DisposeAsync();
        }
    }

    /// <summary>Makes the data folder aside and renames it: one that is there is whole.</summary>
    private async Task InitializeAsync(CancellationToken cancellation)
    {
        var draft = System.IO.Path.Combine(data.Parent, "data.new");
        var passwordFile = System.IO.Path.Combine(data.Parent, "password.tmp");
        if (Directory.Exists(draft))
        {
            // Left by a start that was killed; no server ever ran on it.
            Directory.Delete(draft, recursive: true);
        }

        Directory.CreateDirectory(draft);
        User.Give(draft);
        try
        {
            StateFolder.WritePrivate(passwordFile, options.Password + "\n");
            User.Give(passwordFile);
            var outcome = await User.RunAsync(
                binaries.InitDb,
                [
                    "-D", draft, $"--username={options.UserName}", $"--pwfile={passwordFile}",
                    "--auth-host=scram-sha-256", "--auth-local=scram-sha-256", "--encoding=UTF8", "--locale=C",
                ],
                InitLimit,
                cancellation,
                data.Parent);
            if (!outcome.Succeeded)
            {
                throw new PostgresHostException($"initdb of {binaries} failed: {outcome.Output}");
            }
        }
        finally
        {
            File.Delete(passwordFile);
        }

        if (Directory.Exists(data.Path))
        {
            // Without PG_VERSION it was never a database; and if it is not empty this fails rather than delete.
            Directory.Delete(data.Path);
        }

        Directory.Move(draft, data.Path);
    }

    private SupervisedProcess Launch(int port)
    {
        var (command, arguments) = User.Wrap(binaries.Postgres,
        [
            "-D", data.Path,
            "-c", "listen_addresses=127.0.0.1",
            "-c", string.Create(CultureInfo.InvariantCulture, $"port={port}"),

            // No socket file: its path is limited to 107 bytes, and nobody asks for it.
            "-c", "unix_socket_directories=",
            "-c", "max_connections=200",
            "-c", "logging_collector=off",
            "-c", "log_destination=stderr",
        ]);
        return SupervisedProcess.Start(new ProcessSpec(
            command,
            arguments,
            data.Parent,
            new Dictionary<string, string> { ["LC_ALL"] = "C" },
            options.OnLine,
            StopSignal: StopSignal.Interrupt));
    }

    /// <summary>Sets the superuser's password without knowing the old one, which needs the server to be down.</summary>
    /// <remarks>The data is ours; a password that was lost or changed in the settings must not lock us out.</remarks>
    private async Task TeachPasswordAsync(CancellationToken cancellation)
    {
        options.Say("The password is another than at the last start; telling the database.");
        var script = System.IO.Path.Combine(data.Parent, "password.tmp");
        try
        {
            var role = options.UserName.Replace("\"", "\"\"", StringComparison.Ordinal);
            var password = options.Password.Replace("'", "''", StringComparison.Ordinal);
            StateFolder.WritePrivate(script, $"alter role \"{role}\" password '{password}'\n");
            User.Give(script);
            var outcome = await User.RunAsync(
                "/bin/sh",
                ["-c", "exec \"$1\" --single -D \"$2\" postgres < \"$3\"", "sh", binaries.Postgres, data.Path, script],
                InitLimit,
                cancellation,
                data.Parent);
            if (!outcome.Succeeded)
            {
                throw new PostgresHostException($"The password cannot be changed: {outcome.LastLine}");
            }
        }
        finally
        {
            File.Delete(script);
        }
    }
}
