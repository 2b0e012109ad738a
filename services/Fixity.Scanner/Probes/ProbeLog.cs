namespace Fixity.Scanner.Probes;

/// <summary>Log messages of the probes. Event ids 3100–3119; an id is never reused.</summary>
internal static partial class ProbeLog
{
    [LoggerMessage(3100, LogLevel.Information, "Probe {ProbeId} of {Type} {Root}: {Verdict} after {ElapsedSeconds:F1} s")]
    public static partial void Probed(
        this ILogger logger, long probeId, string type, string root, string verdict, double elapsedSeconds);

    [LoggerMessage(3101, LogLevel.Error, "Probe {ProbeId} failed for a reason that nobody expected")]
    public static partial void ProbeBroken(this ILogger logger, Exception exception, long probeId);

    [LoggerMessage(3102, LogLevel.Debug, "Not listening for probes; the next attempt follows")]
    public static partial void ListeningFailed(this ILogger logger, Exception exception);
}
