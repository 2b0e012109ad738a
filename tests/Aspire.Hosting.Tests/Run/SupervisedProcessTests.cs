using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Aspire.Hosting.Run;

namespace Aspire.Hosting.Tests.Run;

public sealed class SupervisedProcessTests
{
    private readonly ConcurrentQueue<(string Line, bool IsStdErr)> _lines = new();

    [Fact]
    public async Task Its_lines_are_heard_and_its_exit_code_is_known()
    {
        await using var process = Start("echo out; echo err >&2; echo $GIVEN; exit 7", ("GIVEN", "given"));

        Assert.Equal(7, await process.Exited);
        Assert.Contains(("out", false), _lines);
        Assert.Contains(("err", true), _lines);
        Assert.Contains(("given", false), _lines);
    }

    [Fact]
    public async Task Its_pid_is_that_of_the_command_in_a_session_of_its_own()
    {
        await using var process = Start("echo $$; sleep 100");

        Assert.Equal(process.Pid, int.Parse(await FirstLineAsync(), CultureInfo.InvariantCulture));

        // Fields 4 to 6 of stat: parent, process group, session.
        var stat = (await File.ReadAllTextAsync($"/proc/{process.Pid}/stat")).Split(") ")[1].Split(' ');
        Assert.Equal($"{process.Pid}", stat[2]);
        Assert.Equal($"{process.Pid}", stat[3]);
    }

    [Fact]
    public async Task Stopping_lets_it_end_in_its_own_way()
    {
        await using var process = Start("trap 'echo bye; exit 3' TERM; echo up; while :; do sleep 0.05; done");
        await FirstLineAsync();

        await process.StopAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(3, await process.Exited);
        Assert.Contains(("bye", false), _lines);
    }

    [Fact]
    public async Task What_does_not_listen_is_killed_after_the_grace_with_all_it_started()
    {
        await using var process = Start("trap '' TERM; sh -c 'trap \"\" TERM; echo $$; sleep 100' & wait; sleep 100");
        var child = int.Parse(await FirstLineAsync(), CultureInfo.InvariantCulture);
        var clock = Stopwatch.StartNew();

        await process.StopAsync(TimeSpan.FromMilliseconds(300));

        Assert.Equal(137, await process.Exited);
        Assert.InRange(clock.Elapsed, TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(10));
        await Processes.UntilGoneAsync([child], TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task What_it_leaves_behind_ends_with_it()
    {
        await using var process = Start("sleep 100 >/dev/null 2>&1 & echo $!");
        var child = int.Parse(await FirstLineAsync(), CultureInfo.InvariantCulture);

        Assert.Equal(0, await process.Exited);

        await Processes.UntilGoneAsync([child], TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void A_command_that_does_not_exist_is_named() =>
        Assert.Contains("no-such-command", Assert.Throws<FileNotFoundException>(() => SupervisedProcess.Start(
            new ProcessSpec("no-such-command", [], "/", new Dictionary<string, string>(), (_, _) => { }))).Message,
            StringComparison.Ordinal);

    private SupervisedProcess Start(string script, params (string Name, string Value)[] environment) =>
        SupervisedProcess.Start(new ProcessSpec(
            "sh", ["-c", script], Path.GetTempPath(),
            environment.ToDictionary(variable => variable.Name, variable => variable.Value),
            (line, isStdErr) => _lines.Enqueue((line, isStdErr))));

    private async Task<string> FirstLineAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            if (_lines.TryPeek(out var first))
            {
                return first.Line;
            }

            await Task.Delay(10, limit.Token);
        }
    }
}
