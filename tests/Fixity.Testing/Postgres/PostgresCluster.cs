using System.Diagnostics;
using System.Runtime.Versioning;

namespace Fixity.Testing.Postgres;

/// <summary>The folder and the process of a private PostgreSQL, which may be stopped the hard way and started again.</summary>
/// <remarks>As root the server runs as <c>nobody</c>, because PostgreSQL refuses root.</remarks>
public sealed class PostgresCluster
{
    private readonly string _binaries;
    private readonly string _folder;
    private readonly string _data;

    private PostgresCluster(string binaries, string folder)
    {
        (_binaries, _folder) = (binaries, folder);
        _data = Path.Combine(folder, "data");
    }

    public string ConnectionString => $"Host={_folder};Username=postgres";

    /// <summary>Makes one and starts it; it is gone when this process is.</summary>
    public static PostgresCluster Create()
    {
        var binaries = FindBinaries();
        var folder = Directory.CreateTempSubdirectory("fixity-pg-").FullName;
        if (!OperatingSystem.IsWindows())
        {
            HandOver(folder);
        }

        var cluster = new PostgresCluster(binaries, folder);
        cluster.Run("initdb", ["-D", cluster._data, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--locale=C"]);
        cluster.Start();
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            cluster.Stop();
            Directory.Delete(folder, recursive: true);
        };
        StopWhenKilled(cluster._data, folder);
        return cluster;
    }

    // A Unix socket in a folder of its own: no port to collide on, nobody else can reach it.
    public void Start() => Run("pg_ctl",
    [
        "-D", _data, "-w", "-l", Path.Combine(_folder, "log"), "-o",
        $"-k {_folder} -c listen_addresses= -c fsync=off -c full_page_writes=off -c max_connections=200 -c shared_buffers=64MB",
        "start",
    ]);

    /// <summary>As if its power was cut: no connection is told, what was not committed is gone.</summary>
    public void Stop()
    {
        if (File.Exists(Path.Combine(_data, "postmaster.pid")))
        {
            Run("pg_ctl", ["-D", _data, "-w", "-m", "immediate", "stop"]);
        }
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

    private void Run(string program, string[] arguments)
    {
        var path = Path.Combine(_binaries, program);
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
