using Fixity.Alert.Deliveries.Messages;
using Fixity.Alert.Webhooks;
using Fixity.Core;

namespace Fixity.Alert.Deliveries.Gatherings;

/// <summary>Events on their way to becoming one message: all of a batch, of a digest their numbers and the worst ten.</summary>
/// <remarks>However many it is told, it holds at most <see cref="BatchSize"/> events.</remarks>
internal sealed class Gathered(int? targetId, long? scanId, WebhookMode mode)
{
    public const int BatchSize = 500;
    public const int Worst = 10;

    // So that the same events give the same message, whatever the order in which they came.
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly List<MessageEvent> _events = [];

    public int? TargetId => targetId;

    public long? ScanId => scanId;

    public WebhookMode Mode => mode;

    public IReadOnlyDictionary<string, long> Counts => _counts;

    /// <summary>Of a batch all, in order; else the worst ten, worst first.</summary>
    public IReadOnlyList<MessageEvent> Events => _events;

    public long EventCount { get; private set; }

    public Severity Severity { get; private set; } = Severity.Info;

    public DateTimeOffset FirstEventAt { get; private set; }

    public DateTimeOffset LastEventAt { get; private set; }

    public bool IsFull => mode == WebhookMode.Batch && EventCount >= BatchSize;

    /// <summary>It says no more than that a scan ended well.</summary>
    public bool IsUneventful => _counts is { Count: 1 } && _counts.ContainsKey("scan.completed");

    /// <param name="detail">Called only when the event is among those that are kept.</param>
    public void Add(string type, Severity severity, DateTimeOffset occurredAt, Func<MessageEvent> detail)
    {
        Count(type, 1, severity, occurredAt, occurredAt);
        if (mode == WebhookMode.Batch)
        {
            _events.Add(detail());
        }
        else if (_events.Count < Worst || _events[^1].Severity < severity)
        {
            Keep(detail());
        }
    }

    /// <summary>Takes in what another one, or a row, has gathered.</summary>
    public void Add(
        IReadOnlyDictionary<string, long> counts, Severity severity, DateTimeOffset first, DateTimeOffset last,
        IEnumerable<MessageEvent> events)
    {
        foreach (var (type, count) in counts)
        {
            Count(type, count, severity, first, last);
        }

        foreach (var told in events)
        {
            if (mode == WebhookMode.Batch)
            {
                _events.Add(told);
            }
            else
            {
                Keep(told);
            }
        }
    }

    private void Count(string type, long count, Severity severity, DateTimeOffset first, DateTimeOffset last)
    {
        (FirstEventAt, LastEventAt) = EventCount == 0
            ? (first, last)
            : (first < FirstEventAt ? first : FirstEventAt, last > LastEventAt ? last : LastEventAt);
        _counts[type] = _counts.GetValueOrDefault(type) + count;
        EventCount += count;
        Severity = severity > Severity ? severity : Severity;
    }

    // Behind those that are as bad: the first of them stay.
    private void Keep(MessageEvent told)
    {
        var place = _events.FindIndex(kept => kept.Severity < told.Severity);
        _events.Insert(place < 0 ? _events.Count : place, told);
        if (_events.Count > Worst)
        {
            _events.RemoveAt(Worst);
        }
    }
}
