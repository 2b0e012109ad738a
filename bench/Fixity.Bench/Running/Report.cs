using System.Globalization;
using System.Text;

namespace Fixity.Bench.Running;

/// <summary>The results as Markdown: the goals first, then every job with its commands.</summary>
internal static class Report
{
    public static string Write(
        Workbench bench, Rig rig, IReadOnlyList<JobResult> results, IReadOnlyList<(string Job, string Message)> failed)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"# Benchmark, {(bench.IsQuick ? "quick" : "full")}").AppendLine();
        text.AppendLine(bench.IsQuick
            ? "Small trees, few rounds: good for comparing two versions of Fixity. The start of our process weighs heavily here; the column without it is nearer to the full run."
            : "Warm page cache unless a job says otherwise.");
        text.AppendLine().AppendLine("| rig | |").AppendLine("|---|---|");
        foreach (var (what, value) in rig.Facts)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {what} | {value} |");
        }

        WriteGoals(text, results);
        foreach (var (job, message) in failed)
        {
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"**{job} failed**: {message}");
        }

        foreach (var result in results)
        {
            WriteJob(text, result);
        }

        // Of this machine alone, and in every command.
        return text.ToString()
            .Replace(Workbench.Program, "Fixity.Bench", StringComparison.Ordinal)
            .Replace(bench.Folder, "$FIXITY_BENCH_DIR", StringComparison.Ordinal);
    }

    private static void WriteGoals(StringBuilder text, IReadOnlyList<JobResult> results)
    {
        text.AppendLine().AppendLine("## Goals").AppendLine();
        text.AppendLine("| job | figure | measured | without start | CPU | goal | |")
            .AppendLine("|---|---|---|---|---|---|---|");
        foreach (var result in results)
        {
            foreach (var check in result.Job.Checks(result))
            {
                var sign = check.AtMost ? "<=" : ">=";
                var without = Number(check.WithoutStart ?? double.NaN);
                var cpu = Number(check.CpuRatio ?? double.NaN);
                var goal = double.IsNaN(check.Limit) ? "" : $"{sign} {Number(check.Limit)} {check.Unit}";
                var verdict = double.IsNaN(check.Limit) ? "" : check.IsReached ? "reached" : "**missed**";
                text.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"| {result.Job.Name} | {check.What} | {Number(check.Value)} {check.Unit} | {without} | {cpu} | {goal} | {verdict} |");
            }
        }
    }

    private static void WriteJob(StringBuilder text, JobResult result)
    {
        text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"## {result.Job.Name}").AppendLine();
        text.AppendLine(result.Job.Title).AppendLine();
        text.AppendLine("| program | wall s, median (min to max) | CPU s | work s | peak MiB | collections | WAL KiB | rounds |");
        text.AppendLine("|---|---|---|---|---|---|---|---|");
        foreach (var participant in result.Job.Participants)
        {
            var runs = result.Runs[participant.Name];
            if (runs.Count == 0)
            {
                continue;
            }

            var ours = runs[^1].Figures;
            text.Append(CultureInfo.InvariantCulture, $"| {participant.Name} | {result.Median(participant.Name, r => r.Wall):f3} ");
            text.Append(CultureInfo.InvariantCulture, $"({runs.Min(r => r.Wall):f3} to {runs.Max(r => r.Wall):f3}) ");
            text.Append(CultureInfo.InvariantCulture, $"| {result.Median(participant.Name, r => r.Cpu):f3} ");
            text.Append(ours is null
                ? "| | | | "
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {result.Median(participant.Name, r => r.Figures!.WorkSeconds):f3} | {runs.Max(r => r.Figures!.PeakBytes) / 1048576.0:f0} | {ours.Gen0}/{ours.Gen1}/{ours.Gen2} | {ours.WalBytes / 1024:n0} "));
            text.AppendLine(CultureInfo.InvariantCulture, $"| {runs.Count} |");
        }

        text.AppendLine().AppendLine("```sh");
        foreach (var participant in result.Job.Participants)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{participant.Command}");
        }

        text.AppendLine("```");
    }

    private static string Number(double value) => value switch
    {
        double.NaN => "",
        >= 1000 => value.ToString("n0", CultureInfo.InvariantCulture),
        >= 20 => value.ToString("f1", CultureInfo.InvariantCulture),
        _ => value.ToString("0.###", CultureInfo.InvariantCulture),
    };
}
