using System.Diagnostics;
using System.Globalization;

namespace Aspire.Hosting.Run;

/// <summary>Ends our children when we cannot: a small shell process that outlives us by a moment.</summary>
/// <remarks>
/// It reads process ids from a pipe that only we write to. However we die, the kernel closes our end, it reads the end
/// of the file, and stops what is left. PR_SET_PDEATHSIG would not do: it fires when the thread that forked ends, and
/// the thread pool's threads do.
/// </remarks>
internal sealed class ProcessGuard
{
    // "+pid signal" takes a process group under guard, "-pid" lets it go. Groups that are gone cost nothing.
    private const string Script = """
        trap '' INT TERM HUP QUIT
        cd /
        exec >/dev/null 2>&1
        guarded=' '
        while read -r line; do
          case $line in
            +*) guarded="$guarded${line#+} " ;;
            -*) pid=${line#-}
                case $guarded in *" $pid:"*)
                  rest=${guarded#*" $pid:"}
                  guarded="${guarded%%" $pid:"*} ${rest#* }" ;;
                esac ;;
          esac
        done
        alive() {
          for entry in $guarded; do
            kill -s 0 -- "-${entry%%:*}" && return 0
          done
          return 1
        }
        for entry in $guarded; do
          kill -s "${entry#*:}" -- "-${entry%%:*}"
        done
        tries=0
        while [ $tries -lt 20 ] && alive; do
          sleep 0.1
          tries=$((tries + 1))
        done
        for entry in $guarded; do
          kill -s KILL -- "-${entry%%:*}"
        done
        """;

    private readonly Lock _gate = new();
    private readonly Dictionary<int, StopSignal> _guarded = [];
    private Process? _shell;

    private ProcessGuard()
    {
    }

    /// <summary>One a process, like the process that it guards.</summary>
    public static ProcessGuard Shared { get; } = new();

    public void Take(int pid, StopSignal signal)
    {
        if (ProcessGroups.SetSidPath is null)
        {
            return;
        }

        lock (_gate)
        {
            _guarded[pid] = signal;
            if (_shell is null or { HasExited: true })
            {
                _shell?.Dispose();
                _shell = StartShell(ProcessGroups.SetSidPath);
                foreach (var (each, its) in _guarded)
                {
                    WriteTake(_shell, each, its);
                }
            }
            else
            {
                WriteTake(_shell, pid, signal);
            }
        }
    }

    public void Release(int pid)
    {
        lock (_gate)
        {
            if (_guarded.Remove(pid) && _shell is { HasExited: false })
            {
                _shell.StandardInput.WriteLine(string.Create(CultureInfo.InvariantCulture, $"-{pid}"));
                _shell.StandardInput.Flush();
            }
        }
    }

    private static void WriteTake(Process shell, int pid, StopSignal signal)
    {
        var name = signal == StopSignal.Interrupt ? "INT" : "TERM";
        shell.StandardInput.WriteLine(string.Create(CultureInfo.InvariantCulture, $"+{pid}:{name}"));
        shell.StandardInput.Flush();
    }

    private static Process StartShell(string setSidPath) =>
        Process.Start(new ProcessStartInfo(setSidPath)
        {
            ArgumentList = { "/bin/sh", "-c", Script },
            RedirectStandardInput = true,
            UseShellExecute = false,
        }) ?? throw new InvalidOperationException("The guard process did not start.");
}
