using System.Globalization;

namespace Fixity.Scheduler.Status;

/// <summary>The name of this process among the schedulers; for people, who find the process by it.</summary>
internal sealed record SchedulerReplica(string Name)
{
    /// <summary>Who was not seen for so long counts as gone; three words are said in it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static SchedulerReplica OfThisProcess() => new(string.Create(
        CultureInfo.InvariantCulture,
        $"{Environment.MachineName}:{Environment.ProcessId}:{Random.Shared.Next(0x10000):x4}"));
}
