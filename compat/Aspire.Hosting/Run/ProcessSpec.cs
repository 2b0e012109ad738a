namespace Aspire.Hosting.Run;

/// <summary>What a supervised process is started with.</summary>
/// <param name="Command">A file path, or a name that is looked up on PATH.</param>
/// <param name="OnLine">Called with each line of output and whether it came from standard error; never twice at once
/// for one of the two streams.</param>
/// <param name="InheritEnvironment">False: the process sees <paramref name="Environment"/> and nothing else.</param>
/// <param name="StopSignal">The signal that asks it to end in good order.</param>
internal sealed record ProcessSpec(
    string Command,
    IReadOnlyList<string> Arguments,
    string WorkingDirectory,
    IReadOnlyDictionary<string, string> Environment,
    Action<string, bool> OnLine,
    bool InheritEnvironment = true,
    StopSignal StopSignal = StopSignal.Terminate);

/// <summary>Signals that ask a process to end; the values are those of POSIX.</summary>
internal enum StopSignal
{
    /// <summary>SIGINT; PostgreSQL's fast shutdown.</summary>
    Interrupt = 2,

    /// <summary>SIGTERM.</summary>
    Terminate = 15,
}
