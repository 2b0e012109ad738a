using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using Aspire.Hosting.Run;

namespace Aspire.Hosting.Tests.Run;

/// <summary>A real AppHost process, ended in the ways that real ones are.</summary>
public sealed class AppHostProcessTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<string> _lines = new();
    private readonly string _state = Directory.CreateTempSubdirectory("aspire-tests-").FullName;
    private Process _appHost = null!;
    private IReadOnlyList<int> _children = [];

    public async Task InitializeAsync()
    {
        var assembly = Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(entry => entry.Key.EndsWith("Aspire.Hosting.TestAppHost.csproj", StringComparison.Ordinal)).Value!;
        _appHost = new Process
        {
            StartInfo = new ProcessStartInfo(
                "dotnet", [assembly, $"--FIXITY_HOME={_state}", "--Fixity:Dashboard=false"])
            {
                RedirectStandardOutput = true,
            },
        };
        _appHost.OutputDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _appHost.Start();
        _appHost.BeginOutputReadLine();

        var clock = Stopwatch.StartNew();
        while (_lines.Count(line => line.Contains("running", StringComparison.Ordinal)
            || line.Contains("ready", StringComparison.Ordinal)) < 5)
        {
            Assert.True(clock.Elapsed < StartLimit, string.Join('\n', _lines));
            await Task.Delay(50);
        }

        // Three shells and what they started, two services, the guard.
        _children = Processes.DescendantsOf(_appHost.Id);
        Assert.True(_children.Count >= 8, $"{_children.Count} children");
    }

    public async Task DisposeAsync()
    {
        if (!_appHost.HasExited)
        {
            _appHost.Kill();
        }

        await Processes.UntilGoneAsync(_children, TimeSpan.FromSeconds(20));
        Directory.Delete(_state, recursive: true);
    }

    public void Dispose() => _appHost.Dispose();

    [Fact]
    public async Task After_a_kill_no_child_is_left_within_five_seconds()
    {
        _appHost.Kill();

        await Processes.UntilGoneAsync(_children, TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData(StopSignal.Interrupt)]
    [InlineData(StopSignal.Terminate)]
    internal async Task A_signal_stops_everything_in_order_within_fifteen_seconds(StopSignal signal)
    {
        var clock = Stopwatch.StartNew();

        ProcessGroups.Ask(_appHost.Id, signal);
        await _appHost.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));

        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(15));
        Assert.Equal(0, _appHost.ExitCode);
        await Processes.UntilGoneAsync(_children, TimeSpan.FromSeconds(3));

        var stopped = _lines
            .Where(line => line.Contains("stopped", StringComparison.Ordinal))
            .Select(line => line.Split()[2])
            .ToList();
        Assert.Equal("database", stopped[^1]);
        Assert.True(stopped.IndexOf("parent") < stopped.IndexOf("stubborn"), string.Join(", ", stopped));
    }
}
