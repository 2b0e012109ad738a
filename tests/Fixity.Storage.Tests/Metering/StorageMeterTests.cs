using System.Diagnostics.Metrics;
using Fixity.Core;
using Fixity.Storage.Metering;
using Fixity.Testing.Storage;

namespace Fixity.Storage.Tests.Metering;

public sealed class StorageMeterTests : IMeterFactory
{
    private readonly List<Meter> _meters = [];

    [Fact]
    public async Task Calls_bytes_entries_and_faults_are_counted_by_type()
    {
        var storage = new FakeStorage();
        storage.Put("a", "12345");
        storage.Put(FilePath.FromEscaped("b"), new FakeFile([1], 1) { OpenFault = StorageFault.Denied });
        var meter = new StorageMeter(this);
        await using var backend = meter.Watch("s3", storage);
        await using var other = meter.Watch("smb", storage);

        await foreach (var _ in backend.ListAsync(PathRange.Everything, default))
        {
            // Only to be counted.
        }

        await other.ProbeAsync(default);
        await using (var file = await backend.OpenAsync(FilePath.FromEscaped("a"), ReadSource.Cache, default))
        {
            await file.ReadAsync(0, new byte[10], default);
            await file.ReadAsync(5, new byte[10], default);
        }

        await Assert.ThrowsAsync<StorageException>(
            async () => await backend.OpenAsync(FilePath.FromEscaped("b"), ReadSource.Cache, default));

        Assert.Equal(
            [
                "calls s3 list ok 1", "calls s3 open denied 1", "calls s3 open ok 1", "calls s3 read ok 2",
                "calls smb probe ok 1", "entries s3 2", "entries smb 0", "io s3 5", "io smb 0",
            ],
            Read().Order(StringComparer.Ordinal));
    }

    public Meter Create(MeterOptions options)
    {
        options.Scope = this;
        var meter = new Meter(options);
        _meters.Add(meter);
        return meter;
    }

    public void Dispose() => _meters.ForEach(meter => meter.Dispose());

    private List<string> Read()
    {
        var lines = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, this))
                {
                    listening.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => lines.Add(string.Join(
            ' ', [instrument.Name.Split('.')[^1], .. tags.ToArray().Select(tag => $"{tag.Value}"), $"{value}"])));
        listener.Start();
        listener.RecordObservableInstruments();
        return lines;
    }
}
