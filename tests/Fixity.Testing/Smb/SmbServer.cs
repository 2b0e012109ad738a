using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Fixity.Testing.Storage;

namespace Fixity.Testing.Smb;

/// <summary>A real smbd on a port of its own, with all of its state in a folder that goes with it. As root and not.</summary>
/// <remarks>
/// As root it serves the account <c>backup</c>, because root may read everything; else the account of these tests. Its
/// processes are one group, by whose id they are stopped; <c>--no-process-group</c> would make that group ours.
/// </remarks>
public sealed partial class SmbServer : IAsyncDisposable
{
    private const int Interrupt = 15;
    private const int Kill = 9;
    private const int StopSignal = 19;
    private const int ContinueSignal = 18;

    private readonly string[] _settings;
    private readonly string[] _shares;
    private Process? _process;
    private Process? _watcher;

    private SmbServer(string folder, string password, string[] settings, string[] shares)
    {
        (Folder, Password, _settings, _shares) = (folder, password, settings, shares);
        Data = Path.Combine(folder, "data");
    }

    /// <summary>All of this server.</summary>
    public string Folder { get; }

    /// <summary>What the share <c>data</c> shows.</summary>
    public string Data { get; }

    public int Port { get; private set; }

    public static string User => Environment.UserName == "root" ? "backup" : Environment.UserName;

    public string Password { get; }

    private string Configuration => Path.Combine(Folder, "smb.conf");

    /// <param name="settings">Lines of <c>[global]</c>, after and so above those that all servers have.</param>
    /// <param name="shares">Further sections, whole.</param>
    public static async Task<SmbServer> StartAsync(string[]? settings = null, string[]? shares = null, string? password = null)
    {
        var folder = Directory.CreateTempSubdirectory("fixity-smb-").FullName;
        var server = new SmbServer(folder, password ?? $"pw-{Guid.NewGuid():N}", settings ?? [], shares ?? []);
        GiveRights(folder);
        foreach (var part in (string[])["data", "private", "lock", "state", "cache", "pid", "ncalrpc", "log"])
        {
            Directory.CreateDirectory(Path.Combine(folder, part));
        }

        server.Port = FreePort();
        server.WriteConfiguration();
        server.AddUser(User, server.Password);
        await server.StartAgainAsync();
        server._watcher = server.StopWhenKilled();
        return server;
    }

    /// <summary>Starts what was stopped or killed, on the same port.</summary>
    public async Task StartAgainAsync()
    {
        // Through a shell that becomes smbd: its output goes to a file, which nobody must read for it to go on.
        _process = Process.Start(new ProcessStartInfo(
            "sh", ["-c", $"exec smbd -F -s '{Configuration}' -l '{Folder}/log' </dev/null >>'{Folder}/out' 2>&1"])
        {
            WorkingDirectory = "/",
            Environment = { ["PATH"] = "/usr/sbin:/sbin:/usr/bin:/bin" },
        })!;
        for (var attempt = 0; !await AnswersAsync(); attempt++)
        {
            if (_process.HasExited || attempt > 400)
            {
                throw new InvalidOperationException($"smbd did not start: {await File.ReadAllTextAsync($"{Folder}/out")}");
            }

            await Task.Delay(25);
        }
    }

    public async Task StopAsync()
    {
        if (_process is { HasExited: false } process)
        {
            Signal(process.Id, Interrupt);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            await process.WaitForExitAsync(patience.Token).ContinueWith(
                _ => Signal(-process.Id, Kill), TaskScheduler.Default);
            await process.WaitForExitAsync();
        }
    }

    /// <summary>As if its power was cut.</summary>
    public async Task CrashAsync()
    {
        Signal(-_process!.Id, Kill);
        await _process.WaitForExitAsync();
    }

    /// <summary>Alive for the network, and answering nobody.</summary>
    public void Freeze() => Signal(-_process!.Id, StopSignal);

    public void Thaw() => Signal(-_process!.Id, ContinueSignal);

    /// <summary>Kills the processes that serve the connections, not the one that takes new ones.</summary>
    public void KillSessions()
    {
        foreach (var child in Children(_process!.Id))
        {
            Signal(child, Kill);
        }
    }

    /// <summary>What the server says about its sessions (no argument), shares (<c>-S</c>) or open files (<c>-L</c>).</summary>
    public string Status(params string[] arguments) => Programs.Run("smbstatus", ["-s", Configuration, .. arguments]);

    /// <summary>Cuts a share under the sessions that use it.</summary>
    public void CloseShare(string share) => Programs.Run("smbcontrol", "-s", Configuration, "smbd", "close-share", share);

    public void AddUser(string user, string password)
    {
        using var pdbedit = Process.Start(new ProcessStartInfo("pdbedit", ["-s", Configuration, "-a", "-t", "-u", user])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
        })!;
        pdbedit.StandardInput.Write($"{password}\n{password}\n");
        pdbedit.StandardInput.Close();
        var said = pdbedit.StandardOutput.ReadToEnd() + pdbedit.StandardError.ReadToEnd();
        pdbedit.WaitForExit();
        if (pdbedit.ExitCode != 0)
        {
            throw new InvalidOperationException($"pdbedit: {said}");
        }
    }

    public void DisableUser(string user) => Programs.Run("pdbedit", "-s", Configuration, "-u", user, "-c", "[D]");

    /// <summary>Nobody but root may read it or look into it.</summary>
    public static void TakeRights(string path) => Programs.Run("chmod", "000", path);

    public static void GiveRights(string path) => Programs.Run("chmod", "755", path);

    /// <summary>The processes of this server, the main one first.</summary>
    public IReadOnlyList<int> Processes() => _process is { HasExited: false } ? [_process.Id, .. Children(_process.Id)] : [];

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            Thaw();
            await StopAsync();
        }

        _process?.Dispose();
        if (_watcher is { HasExited: false })
        {
            _watcher.Kill();
        }

        _watcher?.Dispose();
        MakeReadable(Folder);
        Directory.Delete(Folder, recursive: true);
    }

    private void WriteConfiguration()
    {
        string[] lines =
        [
            "[global]", "server role = standalone server", "workgroup = FIXTEST", "netbios name = FIXSRV",
            "map to guest = never", "restrict anonymous = 2", "ntlm auth = ntlmv2-only", "disable netbios = yes",
            "interfaces = lo 127.0.0.1 ::1", "bind interfaces only = yes",
            string.Create(CultureInfo.InvariantCulture, $"smb ports = {Port}"),
            $"private dir = {Folder}/private", $"lock directory = {Folder}/lock", $"state directory = {Folder}/state",
            $"cache directory = {Folder}/cache", $"pid directory = {Folder}/pid", $"ncalrpc dir = {Folder}/ncalrpc",
            $"binddns dir = {Folder}/private", $"log file = {Folder}/log/log.%m", "usershare path =",
            "rpc start on demand helpers = no", "load printers = no", "printing = bsd", "printcap name = /dev/null",
            "disable spoolss = yes", "store dos attributes = no", "ea support = no", "follow symlinks = yes",
            "wide links = no", "read only = yes", .. _settings, "[data]", $"path = {Data}", .. _shares,
        ];
        File.WriteAllLines(Configuration, lines.Select(line => line.Replace("{data}", Data, StringComparison.Ordinal)));
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var probe = new TcpClient();
            await probe.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    /// <summary>A test host that is killed cannot clean up; this shell notices and does.</summary>
    private Process? StopWhenKilled() => Process.Start(new ProcessStartInfo(
        "setsid",
        [
            "sh", "-c", $"while kill -0 {Environment.ProcessId} 2>/dev/null; do [ -d '{Folder}' ] || exit; sleep 2; done; "
                + $"for f in '{Folder}'/pid/smbd*.pid; do kill -s KILL -- -$(cat $f) 2>/dev/null; done; chmod -R u+rwx '{Folder}'; rm -rf '{Folder}'",
        ])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    });

    // Folders that a test took the rights from cannot be emptied by those who are not root.
    private static void MakeReadable(string folder) => Programs.Run("chmod", "-R", "u+rwx", folder);

    private static IEnumerable<int> Children(int parent) =>
        Programs.TryRun("pgrep", "-P", parent.ToString(CultureInfo.InvariantCulture))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => int.Parse(line, CultureInfo.InvariantCulture));

    private static void Signal(int process, int signal) => _ = kill(process, signal);

#pragma warning disable IDE1006, SYSLIB1054 // Named as the C library names it.
    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int kill(int process, int signal);
#pragma warning restore IDE1006, SYSLIB1054
}
