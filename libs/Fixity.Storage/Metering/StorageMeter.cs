using System.Diagnostics.Metrics;

namespace Fixity.Storage.Metering;

internal enum StorageCall
{
    Probe = 0,
    List = 1,
    Stat = 2,
    Attributes = 3,
    Open = 4,
    Read = 5,
}

/// <summary>Meter <c>Fixity.Storage</c>: what storages are asked for, what they give and how they fail, by type.</summary>
/// <remarks>Counted in plain numbers and read when somebody looks: a call of a local file takes microseconds.</remarks>
public sealed class StorageMeter
{
    public const string Name = "Fixity.Storage";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, StorageTraffic> _types = new(StringComparer.Ordinal);

    public StorageMeter(IMeterFactory meters)
    {
        var meter = meters.Create(Name);
        meter.CreateObservableCounter(
            "fixity.storage.calls", () => Measure(type => type.Calls()), "{call}",
            "Calls to storages, by what was asked and how it ended.");
        meter.CreateObservableCounter(
            "fixity.storage.io", () => Measure(type => type.Bytes()), "By", "Content bytes that storages gave.");
        meter.CreateObservableCounter(
            "fixity.storage.entries", () => Measure(type => type.Entries()), "{entry}", "Entries that listings gave.");
    }

    /// <summary>Counts what goes through the backend under the word of its type.</summary>
    public IStorageBackend Watch(string type, IStorageBackend backend) => new MeteredStorage(backend, TrafficOf(type));

    private StorageTraffic TrafficOf(string type)
    {
        lock (_lock)
        {
            return _types.TryGetValue(type, out var traffic) ? traffic : _types[type] = new StorageTraffic(type);
        }
    }

    private List<Measurement<long>> Measure(Func<StorageTraffic, IEnumerable<Measurement<long>>> read)
    {
        lock (_lock)
        {
            return [.. _types.Values.SelectMany(read)];
        }
    }
}

/// <summary>What was asked of the storages of one type since this process started.</summary>
internal sealed class StorageTraffic(string type)
{
    private const int Outcomes = 10;
    private const int Ok = 0;
    private const int Other = Outcomes - 1;

    private static readonly StorageCall[] Kinds = Enum.GetValues<StorageCall>();

    private readonly long[] _calls = new long[Kinds.Length * Outcomes];
    private long _bytes;
    private long _entries;

    public void Succeeded(StorageCall call) => Interlocked.Increment(ref _calls[(int)call * Outcomes]);

    public void Failed(StorageCall call, Exception failure) => Interlocked.Increment(
        ref _calls[((int)call * Outcomes) + (failure is StorageException known ? (int)known.Fault : Other)]);

    public void Read(int bytes) => Interlocked.Add(ref _bytes, bytes);

    public void Listed(int entries) => Interlocked.Add(ref _entries, entries);

    public IEnumerable<Measurement<long>> Calls()
    {
        foreach (var call in Kinds)
        {
            for (var outcome = Ok; outcome < Outcomes; outcome++)
            {
                var count = Interlocked.Read(ref _calls[((int)call * Outcomes) + outcome]);
                if (count > 0)
                {
                    yield return new Measurement<long>(
                        count, new("type", type), new("operation", Word(call)), new("outcome", Word(outcome)));
                }
            }
        }
    }

    public IEnumerable<Measurement<long>> Bytes() => [new(Interlocked.Read(ref _bytes), [new("type", type)])];

    public IEnumerable<Measurement<long>> Entries() => [new(Interlocked.Read(ref _entries), [new("type", type)])];

    private static string Word(int outcome) => outcome switch
    {
        Ok => "ok",
        Other => "other",
        _ => ((StorageFault)outcome).Name(),
    };

    private static string Word(StorageCall call) => call switch
    {
        StorageCall.Probe => "probe",
        StorageCall.List => "list",
        StorageCall.Stat => "stat",
        StorageCall.Attributes => "attributes",
        StorageCall.Open => "open",
        _ => "read",
    };
}
