using System.Collections.Concurrent;
using Fixity.Alert.Webhooks;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;

namespace Fixity.Alert.Deliveries.Sending;

/// <summary>Leaves a receiver alone that has failed again and again: one attempt now and then asks whether it is back.</summary>
/// <remarks>
/// In the memory of this replica: what is lost with it is asked again within five attempts. Nothing of a webhook whose
/// circuit is open is claimed, so waiting costs its deliveries no attempt.
/// </remarks>
internal sealed class CircuitBreakers(
    IOptions<AlertOptions> options, TimeProvider clock, ILogger<CircuitBreakers> logger)
{
    public const int FailuresInARow = 5;

    private static readonly TimeSpan LongestBreak = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<int, Circuit> _circuits = new();

    /// <summary>Makes an attempt, unless the circuit has opened since it was claimed.</summary>
    /// <returns>Null: it was not made.</returns>
    public async Task<AttemptResult?> RunAsync(
        WebhookDestination to, Func<CancellationToken, Task<AttemptResult>> attempt, CancellationToken cancellation)
    {
        var circuit = CircuitOf(to);
        try
        {
            return await circuit.Pipeline.ExecuteAsync(
                async stop => await attempt(stop), cancellation);
        }
        catch (BrokenCircuitException e)
        {
            circuit.OpenUntil = clock.GetUtcNow() + (e.RetryAfter ?? options.Value.BreakDuration);
            return null;
        }
    }

    /// <summary>Webhooks that may have fewer deliveries under way than others: none, or one that asks.</summary>
    public IReadOnlyList<Restriction> Restrictions()
    {
        var now = clock.GetUtcNow();
        return
        [
            .. from entry in _circuits
               where entry.Value.State.CircuitState != CircuitState.Closed
               select new Restriction(entry.Key, entry.Value.Url, now < entry.Value.OpenUntil ? 0 : 1),
        ];
    }

    // A webhook that leads elsewhere now starts afresh.
    private Circuit CircuitOf(WebhookDestination to) => _circuits.AddOrUpdate(
        to.WebhookId, _ => Create(to), (_, known) => known.Url == to.Url ? known : Create(to));

    private Circuit Create(WebhookDestination to)
    {
        var circuit = new Circuit(to.Url);
        circuit.Pipeline = new ResiliencePipelineBuilder<AttemptResult> { TimeProvider = clock }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<AttemptResult>
            {
                // Polly counts shares of failures. Ours is a row of them: only the one that makes it full is a failure to
                // Polly, and one is enough.
                ShouldHandle = arguments => ValueTask.FromResult(circuit.IsTooMany(arguments.Outcome)),
                FailureRatio = 1e-9,
                MinimumThroughput = 2,
                SamplingDuration = TimeSpan.FromHours(1),
                BreakDurationGenerator = arguments => ValueTask.FromResult(BreakAfter(arguments.HalfOpenAttempts)),
                StateProvider = circuit.State,
                OnOpened = arguments =>
                {
                    circuit.OpenUntil = clock.GetUtcNow() + arguments.BreakDuration;
                    logger.CircuitOpened(to.WebhookId, FailuresInARow, arguments.BreakDuration);
                    return ValueTask.CompletedTask;
                },
                OnClosed = _ =>
                {
                    logger.CircuitClosed(to.WebhookId);
                    return ValueTask.CompletedTask;
                },
            })
            .Build();
        return circuit;
    }

    private TimeSpan BreakAfter(int failedProbes)
    {
        var first = options.Value.BreakDuration;
        var longest = first > LongestBreak ? first : LongestBreak;
        return TimeSpan.FromSeconds(Math.Min(first.TotalSeconds * Math.Pow(2, failedProbes), longest.TotalSeconds));
    }

    private sealed class Circuit(string url)
    {
        private int _failures;
        private long _openUntilTicks;

        public string Url => url;

        public CircuitBreakerStateProvider State { get; } = new();

        public ResiliencePipeline<AttemptResult> Pipeline { get; set; } = ResiliencePipeline<AttemptResult>.Empty;

        public DateTimeOffset OpenUntil
        {
            get => new(Interlocked.Read(ref _openUntilTicks), TimeSpan.Zero);
            set => Interlocked.Exchange(ref _openUntilTicks, value.UtcTicks);
        }

        public bool IsTooMany(Outcome<AttemptResult> outcome)
        {
            // One that broke off, or could not be made for a reason of ours, says nothing of the receiver.
            if (outcome.Result is not { } result)
            {
                return false;
            }

            if (result.Outcome == AttemptOutcome.Retryable)
            {
                return Interlocked.Increment(ref _failures) >= FailuresInARow;
            }

            Interlocked.Exchange(ref _failures, 0);
            return false;
        }
    }
}

/// <param name="Url">Of which it holds: another one starts afresh.</param>
/// <param name="Places">How many of its deliveries may be under way.</param>
internal sealed record Restriction(int WebhookId, string Url, int Places);
