using System.Globalization;
using System.Text;
using Fixity.Core;
using Fixity.Storage.Retrying;
using Fixity.Testing.Storage;

namespace Fixity.Storage.Tests.Retrying;

public sealed class RetryingStorageTests : IAsyncLifetime, IAsyncDisposable
{
    private static readonly RetryPolicy Quick = new()
    {
        Patience = TimeSpan.FromMilliseconds(50),
        FirstPause = TimeSpan.FromMilliseconds(1),
        LongestPause = TimeSpan.FromMilliseconds(5),
    };

    private readonly FakeStorage _storage = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public ValueTask DisposeAsync() => _storage.DisposeAsync();

    Task IAsyncLifetime.DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_storage_that_stays_away_is_said_to_be_and_not_one_file_of_it()
    {
        _storage.Put("f", "content");
        var line = new FlakyStorage(_storage, every: int.MaxValue) { IsAway = true };
        await using var retrying = new RetryingStorage(line, Quick, TimeProvider.System);

        var failures = new List<StorageException>();
        foreach (var call in (Func<Task>[])
            [
                async () => await retrying.ProbeAsync(default),
                async () => await retrying.StatAsync(FilePath.FromEscaped("f"), default),
                async () => await retrying.ReadAttributesAsync(FilePath.FromEscaped("f"), default),
                async () => await retrying.OpenAsync(FilePath.FromEscaped("f"), ReadSource.Cache, default),
                async () => await ListAsync(retrying),
            ])
        {
            failures.Add(await Assert.ThrowsAsync<StorageException>(call));
        }

        Assert.All(failures, failure => Assert.Equal(
            (StorageFault.Connection, StorageReasons.ConnectionLost), (failure.Fault, failure.Reason)));
        Assert.True(line.Losses > 2 * failures.Count);
    }

    [Fact]
    public async Task A_file_that_stays_away_while_the_root_answers_is_a_fault_of_that_file()
    {
        _storage.Put("f", "content");
        await using var retrying = new RetryingStorage(
            new FlakyStorage(_storage, every: int.MaxValue) { ForgetsFiles = true }, Quick, TimeProvider.System);

        var failure = await Assert.ThrowsAsync<StorageException>(
            async () => await retrying.OpenAsync(FilePath.FromEscaped("f"), ReadSource.Cache, default));

        Assert.Equal((StorageFault.Connection, null, "f"), (failure.Fault, failure.Reason, failure.Path.ToString()));
    }

    [Fact]
    public async Task A_storage_that_came_back_and_lets_nobody_in_says_so()
    {
        _storage.Put("f", "content");
        _storage.Identity = null;
        await using var retrying = new RetryingStorage(
            new FlakyStorage(_storage, every: int.MaxValue) { ForgetsFiles = true }, Quick, TimeProvider.System);

        var failure = await Assert.ThrowsAsync<StorageException>(
            async () => await retrying.StatAsync(FilePath.FromEscaped("f"), default));

        Assert.Equal(StorageFault.Configuration, failure.Fault);
    }

    [Theory]
    [InlineData(StorageFault.Configuration)]
    [InlineData(StorageFault.Denied)]
    [InlineData(StorageFault.ReadFailed)]
    [InlineData(StorageFault.Timeout)]
    [InlineData(StorageFault.Resources)]
    public async Task Nothing_but_a_lost_connection_is_tried_again(StorageFault fault)
    {
        _storage.Put(FilePath.FromEscaped("f"), new FakeFile([1], 1) { OpenFault = fault });
        await using var retrying = new RetryingStorage(_storage, Quick, TimeProvider.System);

        var failure = await Assert.ThrowsAsync<StorageException>(
            async () => await retrying.OpenAsync(FilePath.FromEscaped("f"), ReadSource.Cache, default));

        Assert.Equal(fault, failure.Fault);
        Assert.Single(_storage.Opened);
    }

    [Fact]
    public async Task An_open_file_is_read_on_at_its_offset()
    {
        _storage.Put("f", "0123456789");
        var cuts = 0;
        _storage.Reading = (_, offset, _) => offset == 5 && cuts++ < 3 ? throw Cut() : Task.CompletedTask;
        await using var retrying = new RetryingStorage(_storage, Quick, TimeProvider.System);

        await using var file = await retrying.OpenAsync(FilePath.FromEscaped("f"), ReadSource.Medium, default);

        Assert.Equal("01234", await ReadAsync(file, 0));
        Assert.Equal("56789", await ReadAsync(file, 5));
        Assert.Equal(4, _storage.Opened.Count);
    }

    [Theory]
    [InlineData(10, 2, 1)]
    [InlineData(10, 1, 2)]
    [InlineData(11, 1, 1)]
    public async Task A_file_that_changed_meanwhile_is_not_read_on(int size, long mtime, long ctime)
    {
        _storage.Put("f", "0123456789");
        _storage.Reading = (_, offset, _) =>
        {
            if (offset < 5)
            {
                return Task.CompletedTask;
            }

            _storage.Put(FilePath.FromEscaped("f"), new FakeFile(new byte[size], mtime) { CtimeNs = ctime, FileId = 1 });
            throw Cut();
        };
        await using var retrying = new RetryingStorage(_storage, Quick, TimeProvider.System);
        await using var file = await retrying.OpenAsync(FilePath.FromEscaped("f"), ReadSource.Cache, default);
        await ReadAsync(file, 0);

        var failure = await Assert.ThrowsAsync<StorageException>(async () => await ReadAsync(file, 5));

        Assert.Equal((StorageFault.Changed, null), (failure.Fault, failure.Reason));
    }

    [Fact]
    public async Task A_listing_goes_on_behind_what_was_given_and_gives_no_fault_twice()
    {
        PutFolders();
        _storage.ListingFaults[FilePath.FromEscaped("d1/")] = StorageFault.Denied;
        _storage.Specials[FilePath.FromEscaped("d20/")] = SkipKind.Mount;
        await using var whole = new RetryingStorage(_storage, Quick, TimeProvider.System);
        var expected = await ListAsync(whole);
        Assert.Equal(32, expected.Count);

        for (var every = 2; every < 16; every++)
        {
            var line = new FlakyStorage(_storage, every);
            await using var retrying = new RetryingStorage(line, Quick, TimeProvider.System);

            Assert.Equal(expected, await ListAsync(retrying));
            Assert.NotEqual(0, line.Losses);
        }
    }

    [Theory]
    [InlineData("d1/", false)]
    [InlineData("", false)]
    [InlineData("d1/15", true)]
    public async Task What_a_listing_could_not_say_for_want_of_a_connection_is_asked_again(string path, bool isEntry)
    {
        PutFolders();
        await using var whole = new RetryingStorage(_storage, Quick, TimeProvider.System);
        var expected = await ListAsync(whole);
        var faults = isEntry ? _storage.EntryFaults : _storage.ListingFaults;
        for (var every = 2; every < 16; every++)
        {
            faults[FilePath.FromEscaped(path)] = StorageFault.Connection;
            var looks = 0;
            _storage.Listing = _ =>
            {
                // Some blocks later it can be listed again; a listing that has begun knows nothing of it.
                if (++looks == every * 3)
                {
                    faults.Clear();
                }

                return Task.CompletedTask;
            };
            await using var retrying = new RetryingStorage(
                new FlakyStorage(_storage, every), Quick with { Patience = TimeSpan.FromMinutes(1) }, TimeProvider.System);

            Assert.Equal(expected, await ListAsync(retrying));
            Assert.Empty(faults);
        }
    }

    [Fact]
    public async Task Folders_that_stay_away_while_the_root_answers_cost_themselves_alone()
    {
        PutFolders();
        foreach (var folder in (string[])["d1/", "d2/"])
        {
            _storage.ListingFaults[FilePath.FromEscaped(folder)] = StorageFault.Connection;
        }

        _storage.EntryFaults[FilePath.FromEscaped("d3/31")] = StorageFault.Connection;
        await using var retrying = new RetryingStorage(_storage, Quick, TimeProvider.System);
        await using var plain = new RetryingStorage(
            _storage, Quick with { Patience = TimeSpan.Zero }, TimeProvider.System);

        var entries = await ListAsync(retrying);

        Assert.Equal(await ListAsync(plain), entries);
        Assert.Equal(
            ["ListingFault d1/", "ListingFault d2/", "EntryFault d3/31"],
            entries.Where(entry => !entry.StartsWith("File", StringComparison.Ordinal)));
        Assert.Equal(19, entries.Count(entry => entry.StartsWith("File", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_folder_that_stays_away_with_the_root_is_of_the_storage()
    {
        PutFolders();
        _storage.ListingFaults[FilePath.FromEscaped("d1/")] = StorageFault.Connection;
        _storage.Refusal = Cut();
        await using var retrying = new RetryingStorage(_storage, Quick, TimeProvider.System);

        var failure = await Assert.ThrowsAsync<StorageException>(() => ListAsync(retrying));

        Assert.Equal((StorageFault.Connection, StorageReasons.ConnectionLost), (failure.Fault, failure.Reason));
    }

    [Fact]
    public async Task Waiting_for_the_storage_ends_when_it_is_cancelled()
    {
        var patient = new RetryPolicy { Patience = TimeSpan.FromHours(1), FirstPause = TimeSpan.FromHours(1) };
        await using var retrying = new RetryingStorage(
            new FlakyStorage(_storage, every: 1), patient, TimeProvider.System);
        using var cancel = new CancellationTokenSource();

        var probing = retrying.ProbeAsync(cancel.Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => probing);
    }

    private void PutFolders()
    {
        for (var i = 0; i < 40; i++)
        {
            _storage.Put(string.Create(CultureInfo.InvariantCulture, $"d{i / 10}/{i}"), "x");
        }
    }

    private static StorageException Cut() => new(StorageFault.Connection, default, "the line was cut");

    private static async Task<List<string>> ListAsync(RetryingStorage storage)
    {
        var entries = new List<string>();
        await foreach (var block in storage.ListAsync(PathRange.Everything, default))
        {
            foreach (var entry in block.ToArray())
            {
                entries.Add($"{entry.Kind} {entry.Path}");
            }
        }

        return entries;
    }

    private static async Task<string> ReadAsync(IStorageFile file, long offset)
    {
        var buffer = new byte[5];
        return Encoding.UTF8.GetString(buffer, 0, await file.ReadAsync(offset, buffer, default));
    }
}
