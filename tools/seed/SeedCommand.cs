using System.CommandLine;
using System.Diagnostics;
using Fixity.Data;
using Npgsql;

namespace Fixity.Seed;

/// <summary>The command line: which database, and how much history.</summary>
internal static class SeedCommand
{
    private static readonly Option<string> Connection = new("--connection")
    {
        Description = "Connection string of an empty database, with the login that migrates it.",
        Required = true,
    };

    private static readonly Option<double> Scale = new("--scale")
    {
        Description = "1: ten years, 2 million files, 10 million changes, 50,000 scans; 0.01: a hundredth of them.",
        DefaultValueFactory = static _ => 1,
    };

    private static readonly Option<int> Number = new("--seed")
    {
        Description = "Same number, scale and end, same rows.",
        DefaultValueFactory = static _ => 1,
    };

    private static readonly Option<int> Targets = new("--targets")
    {
        Description = "How many targets share the files; the first has half of them.",
        DefaultValueFactory = static _ => 24,
    };

    private static readonly Option<int> Years = new("--years")
    {
        Description = "How far back the history goes. Retention keeps ten years: with twelve, two of them are overdue.",
        DefaultValueFactory = static _ => 10,
    };

    private static readonly Option<DateTimeOffset?> Until = new("--until")
    {
        Description = "The end of the history. Today's midnight (UTC) unless said.",
    };

    public static RootCommand Create()
    {
        var root = new RootCommand("Fills an empty database with a made-up history, to measure and to try things on.")
        {
            Connection, Scale, Number, Targets, Years, Until,
        };
        root.SetAction(RunAsync);
        return root;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var output = parsed.InvocationConfiguration.Output;
        var errors = parsed.InvocationConfiguration.Error;
        var targets = parsed.GetValue(Targets);
        var years = parsed.GetValue(Years);
        var scale = parsed.GetValue(Scale);
        if (targets < SeedPlan.FewestTargets || years < 1 || scale is not (> 0 and <= 100))
        {
            await errors.WriteLineAsync("seed: at least 2 targets and 1 year, and a scale above 0 (100 at most).");
            return 1;
        }

        var today = new DateTimeOffset(TimeProvider.System.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        var plan = SeedPlan.Full(parsed.GetValue(Until)?.ToUniversalTime() ?? today) with
        {
            Number = parsed.GetValue(Number),
            Targets = targets,
            Years = years,
        };
        var started = Stopwatch.GetTimestamp();
        try
        {
            await using var database = NpgsqlDataSource.Create(parsed.GetRequiredValue(Connection));
            await new Seeder(database, output.WriteLine).RunAsync(plan.Scaled(scale), cancellation);
            await output.WriteLineAsync($"{Stopwatch.GetElapsedTime(started).TotalSeconds,7:F1} s  in all");
            return 0;
        }
        catch (Exception failure) when (failure
            is NpgsqlException or InvalidOperationException or ArgumentException or MigrationException)
        {
            await errors.WriteLineAsync($"seed: {failure.Message}");
            return 1;
        }
    }
}
