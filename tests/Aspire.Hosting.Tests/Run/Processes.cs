using System.Globalization;

namespace Aspire.Hosting.Tests.Run;

/// <summary>Which processes are there, by what the kernel says.</summary>
internal static class Processes
{
    /// <summary>All that descend from it, without those that have ended and wait to be collected.</summary>
    public static IReadOnlyList<int> DescendantsOf(int pid)
    {
        var children = Directory.GetDirectories("/proc")
            .Select(Path.GetFileName)
            .Select(name => int.TryParse(name, CultureInfo.InvariantCulture, out var each) ? each : 0)
            .Where(each => each > 0)
            .Select(each => (Pid: each, Stat: Stat(each)))
            .Where(each => each.Stat is not null && each.Stat[0] != "Z")
            .ToLookup(each => int.Parse(each.Stat![1], CultureInfo.InvariantCulture), each => each.Pid);
        List<int> found = [];
        Add(pid);
        return found;

        void Add(int parent)
        {
            foreach (var child in children[parent])
            {
                found.Add(child);
                Add(child);
            }
        }
    }

    public static bool IsAlive(int pid) => Stat(pid) is { } stat && stat[0] != "Z";

    public static async Task UntilGoneAsync(IReadOnlyList<int> pids, TimeSpan limit)
    {
        using var stop = new CancellationTokenSource(limit);
        while (pids.Any(IsAlive))
        {
            Assert.False(
                stop.IsCancellationRequested,
                $"After {limit} still there: {string.Join(", ", pids.Where(IsAlive))}");
            await Task.Delay(20);
        }
    }

    // From the state on: what stands before it, the name in parentheses, may hold anything.
    private static string[]? Stat(int pid)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }
}
