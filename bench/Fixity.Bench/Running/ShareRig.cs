using System.Globalization;
using Fixity.Testing.Smb;

namespace Fixity.Bench.Running;

/// <summary>An smbd of this run's own with one tree as its share, reached directly and through lines that take their time.</summary>
/// <param name="LoginFile">User and password, as <c>smbclient -A</c> takes them: no command says a password.</param>
internal sealed record ShareRig(SmbServer Server, string LoginFile, IReadOnlyList<ShareLine> Lines) : IAsyncDisposable
{
    private static readonly double[] RoundTripsMs = [0, 1, 10];

    private const int ServantsOfSmbd = 2; // smbd-notifyd and smbd-cleanupd.
    private const double TicksPerSecond = 100; // USER_HZ, the same on every Linux.

    private readonly List<TcpProxy> _proxies = [];
    private double _cpuBefore;

    public static async Task<ShareRig> StartAsync(string tree)
    {
        var server = await SmbServer.StartAsync(shares: ["[bench]", $"path = {tree}"]);
        ShareInPriority(server);
        var login = Path.Combine(server.Folder, "login");
        await File.WriteAllTextAsync(login, $"username = {SmbServer.User}\npassword = {server.Password}\n");
        var lines = new List<ShareLine> { new("direct", server.Port, 0) };
        var rig = new ShareRig(server, login, lines);
        foreach (var roundTrip in RoundTripsMs)
        {
            var proxy = new TcpProxy(server.Port) { Delay = TimeSpan.FromMilliseconds(roundTrip / 2) };
            rig._proxies.Add(proxy);
            lines.Add(new ShareLine(
                string.Create(CultureInfo.InvariantCulture, $"proxy {roundTrip} ms"), proxy.Port, roundTrip));
        }

        return rig;
    }

    /// <summary>What we are asked, on this line.</summary>
    public string Ours(ShareLine line, string verb, string protection) => string.Create(
        CultureInfo.InvariantCulture,
        $"{verb} --share bench --port {line.Port} --login {Shell.Quote(LoginFile)} --protection {protection}");

    /// <summary>The same of smbclient; its commands come from a file.</summary>
    public string Theirs(ShareLine line, string commands, string protection)
    {
        var options = protection switch
        {
            "encrypted" => "--client-protection=encrypt",
            "signed" => "--option='client signing = required'",
            _ => "--option='client signing = if_required'",
        };
        return string.Create(
            CultureInfo.InvariantCulture,
            $"smbclient -s {Shell.Quote(Path.Combine(Server.Folder, "smb.conf"))} -A {Shell.Quote(LoginFile)} -p {line.Port} {options} //127.0.0.1/bench < {Shell.Quote(commands)} > /dev/null 2>&1");
    }

    /// <summary>Before a run: what smbd has used until now.</summary>
    public async Task<string> BeginAsync(CancellationToken cancellation)
    {
        _cpuBefore = await ServerCpuAsync(cancellation);
        return "";
    }

    /// <summary>After a run: CPU seconds of smbd, with all processes of its sessions.</summary>
    public async Task<double> ReadServerCpuAsync(CancellationToken cancellation) =>
        await ServerCpuAsync(cancellation) - _cpuBefore;

    public async ValueTask DisposeAsync()
    {
        foreach (var proxy in _proxies)
        {
            await proxy.DisposeAsync();
        }

        await Server.DisposeAsync();
    }

    // Of sessions that have ended the main process counts, a moment later: fields 14 to 17 of its stat.
    private async Task<double> ServerCpuAsync(CancellationToken cancellation)
    {
        while (Server.Processes().Count > ServantsOfSmbd + 1)
        {
            await Task.Delay(5, cancellation);
        }

        var stat = await File.ReadAllTextAsync(
            string.Create(CultureInfo.InvariantCulture, $"/proc/{Server.Processes()[0]}/stat"), cancellation);
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[11..15].Sum(
            ticks => double.Parse(ticks, CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    // smbd makes a session of its own, and where the kernel groups by sessions (sched_autogroup) a nice value says nothing
    // beyond it: the server runs as we run, or the client waits for a server that waits for a compiler.
    private static void ShareInPriority(SmbServer server)
    {
        const string Ours = "/proc/self/autogroup";
        if (Environment.UserName == "root" && File.Exists(Ours))
        {
            var nice = File.ReadAllText(Ours).Split("nice")[^1].Trim();
            File.WriteAllText(
                string.Create(CultureInfo.InvariantCulture, $"/proc/{server.Processes()[0]}/autogroup"), nice);
        }
    }
}

/// <summary>One way to the server.</summary>
/// <param name="RoundTripMs">What the proxy on it adds.</param>
internal sealed record ShareLine(string Name, int Port, double RoundTripMs);
