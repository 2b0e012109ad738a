namespace Fixity.Scheduler.Schedules;

/// <summary>Spreads runs that are due at the same moment; the same moment of the same target always by the same.</summary>
internal static class Jitter
{
    /// <returns>0 to <paramref name="most"/>.</returns>
    public static int Spread(int targetId, DateTimeOffset due, int most)
    {
        // SplitMix64: neighbouring ids and moments land far apart.
        var mixed = (ulong)due.UtcTicks + ((ulong)targetId * 0x9E3779B97F4A7C15);
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return (int)((mixed ^ (mixed >> 31)) % ((ulong)most + 1));
    }
}
