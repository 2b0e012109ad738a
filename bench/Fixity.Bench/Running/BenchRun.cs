using System.Globalization;
using Fixity.Bench.Jobs;

namespace Fixity.Bench.Running;

/// <summary>The whole benchmark: every job, or those that are named, and the report.</summary>
internal static class BenchRun
{
    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        var folder = Path.GetFullPath(arguments.Text("folder") ?? "/var/tmp/fixity-bench");
        Directory.CreateDirectory(folder);
        await using var cluster = await Cluster.StartAsync(folder, cancellation);
        var bench = new Workbench(folder, arguments.Has("quick"), cluster);
        var jobs = Catalogue.Of(bench);
        var only = arguments.Text("only")?.Split(',');
        // "smb" stands for all that begin with it and a dash.
        bool IsMeant(string word, string name) => name == word || name.StartsWith($"{word}-", StringComparison.Ordinal);
        if (only?.FirstOrDefault(word => !jobs.Keys.Any(name => IsMeant(word, name))) is { } unknown)
        {
            throw new ArgumentException($"There is no job {unknown}; there are: {string.Join(' ', jobs.Keys)}");
        }

        var rig = await Rig.ReadAsync(bench, cancellation);
        var results = new List<JobResult>();
        var failed = new List<(string Job, string Message)>();
        foreach (var (name, make) in jobs)
        {
            if (only is not null && !only.Any(word => IsMeant(word, name)))
            {
                continue;
            }

            try
            {
                results.Add(await JobRunner.RunAsync(await make(cancellation), bench.Rounds, cancellation));
            }
            catch (InvalidOperationException failure)
            {
                // An hour of other figures is not thrown away for one program that failed; it is said and the exit code says it.
                JobRunner.Say($"FAILED {name}: {failure.Message}");
                failed.Add((name, failure.Message));
            }
        }

        var report = Report.Write(bench, rig, results, failed);
        if (arguments.Text("out") is { } file)
        {
            await File.WriteAllTextAsync(file, report, cancellation);
            JobRunner.Say(string.Create(CultureInfo.InvariantCulture, $"written: {file}"));
        }
        else
        {
            Console.WriteLine(report);
        }

        return failed.Count == 0 ? 0 : 1;
    }
}
