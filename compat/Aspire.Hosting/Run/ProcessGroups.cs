using System.Runtime.InteropServices;

namespace Aspire.Hosting.Run;

/// <summary>Signals to a whole process group, so that what a child started ends with it.</summary>
internal static partial class ProcessGroups
{
    private const int Kill = 9;

    /// <summary>Null on Windows and where there is no <c>setsid</c>: a child then shares our own group.</summary>
    public static string? SetSidPath { get; } =
        OperatingSystem.IsWindows() ? null : CommandPath.Find("setsid", "/usr/bin:/bin");

    public static void Ask(int pid, StopSignal signal) => Send(pid, (int)signal);

    public static void KillAll(int pid) => Send(pid, Kill);

    /// <summary>For after the leader's end: its own id may belong to a stranger by now, its group's cannot.</summary>
    public static void KillRest(int pid)
    {
        if (SetSidPath is not null)
        {
            _ = SendSignal(-pid, Kill);
        }
    }

    private static void Send(int pid, int signal)
    {
        // ESRCH is the answer when all of them are gone, which is what is wanted. The process itself is tried too: in
        // the moment between fork and setsid it is not yet the leader of a group.
        if (SetSidPath is null || SendSignal(-pid, signal) != 0)
        {
            _ = SendSignal(pid, signal);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int SendSignal(int pid, int signal);
}
