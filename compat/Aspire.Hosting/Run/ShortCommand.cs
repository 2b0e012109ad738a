using System.Collections.Concurrent;

namespace Aspire.Hosting.Run;

/// <summary>Runs a command to its end, for what it says and how it ends.</summary>
internal static class ShortCommand
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    /// <summary>Does not throw for a command that is missing, fails or takes too long: the outcome says.</summary>
    public static async Task<CommandOutcome> RunAsync(
        string command,
        IReadOnlyList<string> arguments,
        TimeSpan limit,
        CancellationToken cancellation,
        string? workingDirectory = null,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        var lines = new ConcurrentQueue<string>();
        SupervisedProcess process;
        try
        {
            process = SupervisedProcess.Start(new ProcessSpec(
                command,
                arguments,
                workingDirectory ?? Path.GetTempPath(),
                environment ?? new Dictionary<string, string>(),
                (line, _) => lines.Enqueue(line)));
        }
        catch (Exception failure) when (failure is IOException or InvalidOperationException
            or System.ComponentModel.Win32Exception)
        {
            return new CommandOutcome(null, failure.Message);
        }

        await using (process)
        {
            try
            {
                var exitCode = await process.Exited.WaitAsync(limit, cancellation);
                return new CommandOutcome(exitCode, string.Join('\n', lines));
            }
            catch (TimeoutException)
            {
                await process.StopAsync(Grace);
                return new CommandOutcome(null, $"no answer within {limit.TotalSeconds:0} s");
            }
        }
    }
}

/// <param name="ExitCode">Null: it could not be started or was stopped after its time.</param>
/// <param name="Output">Both streams; or why there is no exit code.</param>
internal sealed record CommandOutcome(int? ExitCode, string Output)
{
    public bool Succeeded => ExitCode == 0;

    public string LastLine => Output.TrimEnd().Split('\n')[^1];
}
