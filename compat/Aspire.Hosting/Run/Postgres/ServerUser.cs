using System.Globalization;
using System.Runtime.InteropServices;

namespace Aspire.Hosting.Run.Postgres;

/// <summary>Runs commands as the user that PostgreSQL accepts: ourselves or, where we are root, nobody.</summary>
internal sealed partial class ServerUser
{
    private const string SystemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private readonly string? _prefixCommand;
    private readonly string[] _prefixArguments = [];
    private readonly int _uid;
    private readonly int _gid;

    private ServerUser()
    {
    }

    private ServerUser(int uid, int gid, string prefixCommand, string[] prefixArguments)
    {
        IsAnother = true;
        _uid = uid;
        _gid = gid;
        _prefixCommand = prefixCommand;
        _prefixArguments = prefixArguments;
    }

    /// <summary>Whether commands run as somebody else than we.</summary>
    public bool IsAnother { get; }

    /// <exception cref="PostgresHostException">We are root and have no means to step down.</exception>
    public static ServerUser Choose()
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess)
        {
            return new ServerUser();
        }

        var (uid, gid) = Nobody();
        var ids = (Uid: uid.ToString(CultureInfo.InvariantCulture), Gid: gid.ToString(CultureInfo.InvariantCulture));
        if (CommandPath.Find("setpriv", SystemPath) is { } setpriv)
        {
            return new ServerUser(
                uid, gid, setpriv, [$"--reuid={ids.Uid}", $"--regid={ids.Gid}", "--clear-groups", "--"]);
        }

        return CommandPath.Find("runuser", SystemPath) is { } runuser
            ? new ServerUser(uid, gid, runuser, ["-u", "nobody", "--"])
            : throw new PostgresHostException(
                "PostgreSQL does not run as root, and there is neither setpriv nor runuser to run it as nobody.");
    }

    /// <summary>The command line that runs the given one as this user.</summary>
    public (string Command, IReadOnlyList<string> Arguments) Wrap(string command, IReadOnlyList<string> arguments) =>
        _prefixCommand is null
            ? (command, arguments)
            : (_prefixCommand, [.. _prefixArguments, command, .. arguments]);

    public Task<CommandOutcome> RunAsync(
        string command,
        IReadOnlyList<string> arguments,
        TimeSpan limit,
        CancellationToken cancellation,
        string? workingDirectory = null)
    {
        var (wrapped, all) = Wrap(command, arguments);
        return ShortCommand.RunAsync(
            wrapped, all, limit, cancellation, workingDirectory ?? Path.GetPathRoot(Path.GetTempPath()));
    }

    /// <summary>Whether this user can get to the folder: every folder above it lets it pass.</summary>
    public async Task<bool> ReachesAsync(string folder, CancellationToken cancellation) =>
        !IsAnother
        || (await RunAsync(
            "/bin/sh", ["-c", "cd -- \"$1\"", "sh", folder], TimeSpan.FromSeconds(10), cancellation)).Succeeded;

    /// <exception cref="IOException">The file system does not let us.</exception>
    public void Give(string path)
    {
        if (IsAnother && ChangeOwner(path, _uid, _gid) != 0)
        {
            throw new IOException(
                $"'{path}' cannot be given to the user nobody (errno {Marshal.GetLastPInvokeError()}).");
        }
    }

    private static (int Uid, int Gid) Nobody()
    {
        var entry = File.ReadLines("/etc/passwd")
            .Select(line => line.Split(':'))
            .FirstOrDefault(fields => fields is ["nobody", _, _, _, ..])
            ?? throw new PostgresHostException("PostgreSQL does not run as root, and there is no user nobody here.");
        return (Id(entry[2]), Id(entry[3]));

        static int Id(string text) => unchecked((int)uint.Parse(text, CultureInfo.InvariantCulture));
    }

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int ChangeOwner(string path, int uid, int gid);
}
