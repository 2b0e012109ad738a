using System.Globalization;
using System.Security.Cryptography;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Run;

/// <summary>One running part of a resource: the whole of it, or one replica. Holds its state machine.</summary>
/// <remarks>
/// NotStarted or Waiting, Starting, Running, then Finished, Exited or FailedToStart; each start goes through it anew.
/// Nothing restarts by itself: a person sees that it ended, and why, and starts it again.
/// </remarks>
internal abstract class ResourceInstance : IAsyncDisposable
{
    private const string SuffixLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
    private const int SuffixLength = 8;

    private readonly SemaphoreSlim _commands = new(1, 1);
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private InstanceStatus _status;
    private CancellationTokenSource? _cancel;
    private Task _life = Task.CompletedTask;

    protected ResourceInstance(RunContext run, IResource resource, int? replica)
    {
        Run = run;
        Resource = resource;
        Suffix = RandomNumberGenerator.GetString(SuffixLetters, SuffixLength);
        Label = replica is null
            ? resource.Name
            : string.Create(CultureInfo.InvariantCulture, $"{resource.Name}-{replica}");
        _status = new InstanceStatus(ResourceState.NotStarted);
    }

    public IResource Resource { get; }

    /// <summary>The last part of <see cref="Name"/>, and the telemetry's service.instance.id.</summary>
    public string Suffix { get; }

    /// <summary>Unique in this run; the dashboard's key.</summary>
    public string Name => $"{Resource.Name}-{Suffix}";

    /// <summary>What people call it: the resource's name, with a number where there are several.</summary>
    public string Label { get; }

    /// <summary>The port that it listens on itself, by endpoint.</summary>
    public Dictionary<string, int> Ports { get; } = new(StringComparer.OrdinalIgnoreCase);

    public InstanceStatus Status
    {
        get
        {
            lock (_gate)
            {
                return _status;
            }
        }
    }

    protected RunContext Run { get; }

    /// <summary>Shows it, before anything has happened to it.</summary>
    public void Announce(bool willStart)
    {
        Run.Store.Publish(InstanceSnapshots.First(Run, this));
        Become(new InstanceStatus(willStart ? ResourceState.Waiting : ResourceState.NotStarted));
    }

    /// <summary>The first status, from now on, that the condition holds for.</summary>
    public async Task<InstanceStatus> WhenAsync(Func<InstanceStatus, bool> condition, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (condition(_status))
                {
                    return _status;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellation);
        }
    }

    /// <returns>False: it is on its way or running already.</returns>
    public async Task<bool> StartAsync(CancellationToken cancellation)
    {
        await _commands.WaitAsync(cancellation);
        try
        {
            if (!_life.IsCompleted)
            {
                return false;
            }

            _cancel?.Dispose();
            _cancel = new CancellationTokenSource();
            _life = LiveAsync(_cancel.Token);
            return true;
        }
        finally
        {
            _commands.Release();
        }
    }

    /// <returns>False: there was nothing to stop.</returns>
    public async Task<bool> StopAsync(CancellationToken cancellation)
    {
        await _commands.WaitAsync(cancellation);
        try
        {
            if (_life.IsCompleted)
            {
                return false;
            }

            await _cancel!.CancelAsync();
            await _life;
            return true;
        }
        finally
        {
            _commands.Release();
        }
    }

    public virtual async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        _cancel?.Dispose();
        _commands.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Starts it, calls <see cref="RunningAsync"/>, and returns its exit code when it has ended; a cancelled
    /// token asks it to end.</summary>
    protected abstract Task<int> ExecuteAsync(CancellationToken cancellation);

    /// <summary>It runs: says so, and follows its health until cancelled.</summary>
    protected async Task RunningAsync(
        IReadOnlyList<HealthProbe> probes,
        Func<ResourceSnapshot, ResourceSnapshot> describe,
        CancellationToken cancellation)
    {
        Run.Store.Update(Name, snapshot => describe(snapshot) with
        {
            StartedAt = Run.Clock.GetUtcNow(),
            HealthReports = [.. probes.Select(probe => new ResourceHealth(probe.Key, null))],
        });
        Become(new InstanceStatus(ResourceState.Running));
        await new HealthMonitor(Run, this, Become).FollowAsync(probes, cancellation);
    }

    protected void Become(InstanceStatus status)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            _status = status;
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        Run.Store.Update(Name, snapshot => InstanceSnapshots.With(snapshot, status, CanBeCommanded, Run.Clock));
        changed.SetResult();
    }

    /// <summary>Whether it has start, stop and restart.</summary>
    protected virtual bool CanBeCommanded => true;

    private async Task LiveAsync(CancellationToken cancellation)
    {
        // Off the stack of the command, which has more instances to start.
        await Task.Yield();

        try
        {
            await WaitAsync(cancellation);
            Become(new InstanceStatus(ResourceState.Starting));
            var exitCode = await ExecuteAsync(cancellation);
            End(exitCode, cancellation.IsCancellationRequested);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Stopped before there was anything to stop.
            Become(new InstanceStatus(ResourceState.Exited));
        }
#pragma warning disable CA1031 // Whatever keeps one resource from starting is shown, and the others go on.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Run.Logs.Append(Name, failure.Message, isStdErr: true);
            Run.Report.Say(Label, "failed to start", failure.Message);
            Become(new InstanceStatus(ResourceState.FailedToStart));
        }
    }

    private async Task WaitAsync(CancellationToken cancellation)
    {
        var waits = DependencyWait.Of(Resource);
        if (waits.Count == 0)
        {
            return;
        }

        Run.Store.Update(Name, snapshot => InstanceSnapshots.WaitingFor(snapshot, waits));
        Become(new InstanceStatus(ResourceState.Waiting));
        await DependencyWait.UntilAllAsync(Run, waits, cancellation);
        Run.Store.Update(Name, snapshot => InstanceSnapshots.WaitingFor(snapshot, []));
    }

    private void End(int exitCode, bool wasAsked)
    {
        var isClean = exitCode == 0 && !wasAsked;
        Run.Report.Say(
            Label,
            wasAsked ? "stopped" : isClean ? "finished" : "exited",
            wasAsked || isClean
                ? null
                : string.Create(CultureInfo.InvariantCulture, $"exit code {exitCode}; log: {LogPath}"));
        Become(new InstanceStatus(isClean ? ResourceState.Finished : ResourceState.Exited, exitCode));
    }

    /// <summary>Where what it printed can be read.</summary>
    protected string LogPath => Path.Combine(Run.Folders.Logs, $"{Label}.log");
}
