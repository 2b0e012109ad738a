using System.Globalization;
using Fixity.Testing.Postgres;
using Npgsql;

namespace Fixity.Query.Tests.Differences;

/// <summary>Files that live and suffer from scan to scan, the events that the scanner writes of it, and how each stood.</summary>
/// <remarks>A day is a scan. Everything is written as the scanner does it, oddities included.</remarks>
internal sealed class WatchedWorld(TestDatabase database, int target, int seed)
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Random _random = new(seed);
    private readonly Dictionary<long, Life> _files = [];
    private readonly List<Dictionary<long, Life>> _days = [];
    private long _nextId = seed * 100_000L;
    private int _nextContent = 1;
    private int _day;
    private long _scan;

    /// <summary>How each file stood after the scan of a day, deleted ones included.</summary>
    public IReadOnlyDictionary<long, Life> At(int day) => _days[day];

    public static DateTimeOffset TimeOf(int day) => Start.AddDays(day);

    public async Task BeginAsync(int files)
    {
        for (var i = 0; i < files; i++)
        {
            var id = _nextId++;
            _files[id] = new Life(true, NewPath(), 10 + i, 1_000, _nextContent++, null, null, -1, -1);
        }

        await EndScanAsync();
    }

    public async Task LiveAsync(int days)
    {
        while (days-- > 0)
        {
            _day++;
            await BeginScanAsync();
            foreach (var id in _files.Keys.ToList())
            {
                if (_random.Next(3) == 0 && !_files[id].IsAbsorbed)
                {
                    await SufferAsync(id, _files[id]);
                }
            }

            if (_random.Next(2) == 0)
            {
                await AppearAsync();
            }

            await EndScanAsync();
        }
    }

    private async Task SufferAsync(long id, Life file)
    {
        if (!file.IsThere)
        {
            await ReturnAsync(id, file);
            return;
        }

        switch (_random.Next(8))
        {
            case 0:
                await TellAsync(id, "deleted", file, file with { IsThere = false });
                break;
            case 1:
                await TellAsync(id, "modified", file, file with
                {
                    // Now and then what it held once.
                    Content = file.Damage is null && _random.Next(3) == 0 ? 1 + (int)(id % 3) : _nextContent++,
                    Size = 10 + _random.Next(2),
                    Mtime = file.Mtime + 1,
                    Damage = null,
                    Observed = null,
                });
                break;
            case 2:
                await TellAsync(id, "moved", file, file with { Path = NewPath() });
                break;
            case 3 when file.Damage is null:
                await TellAsync(id, _random.Next(2) == 0 ? "corrupted" : "tampered", file, file, observed: _nextContent++);
                break;
            case 3 or 4 when file.Damage is not null:
                await TellAsync(id, "restored", file, file with { Damage = null, Observed = null });
                break;
            case 5 when file.Damage is not null:
                await TellAsync(id, "accepted", file, file with { Content = file.Observed!.Value, Damage = null, Observed = null });
                break;
            case 5:
                await TellAsync(id, "touched", file, file with { Mtime = file.Mtime + 1 });
                break;
            case 6:
                await TellAsync(id, "attributes", file, file with { AttributesOn = _day });
                break;
            default:
                await BeTakenOverAsync(id, file);
                break;
        }
    }

    private async Task ReturnAsync(long id, Life file)
    {
        // Moved past the walk of the scan that told it as deleted: the next one knows better, and only the next.
        if (file.DeletedOn == _day - 1 && _random.Next(2) == 0)
        {
            await TellAsync(id, "moved", file, file with { IsThere = true, Path = NewPath() });
        }
        else if (_random.Next(3) == 0)
        {
            await TellAsync(id, "added", file, file with
            {
                IsThere = true,
                Content = _nextContent++,
                Damage = null,
                Observed = null,
            });
        }
        else if (_random.Next(3) == 0)
        {
            // Came back at its old size and time, holding something else.
            await TellAsync(id, "corrupted", file, file with { IsThere = true }, observed: _nextContent++);
        }
    }

    private async Task AppearAsync()
    {
        var path = NewPath();
        var id = _nextId++;
        var life = new Life(true, path, 20, 2_000, _nextContent++, null, null, -1, -1);
        if (_random.Next(3) == 0)
        {
            await TellAsync(id, "corrupted", life, life, observed: _nextContent++, details: """{"knownFrom": {"fileId": 1, "path": "a"}}""");
        }
        else
        {
            await TellAsync(id, "added", life, life);
        }
    }

    // It moved to where the walk had yet to go: told as added by this scan, and as moved by the next.
    private async Task BeTakenOverAsync(long id, Life file)
    {
        if (file.Damage is not null)
        {
            return;
        }

        var shadow = _nextId++;
        var path = NewPath();
        await TellAsync(shadow, "added", file with { Path = path }, file with { Path = path });
        await EndScanAsync();
        _day++;
        await BeginScanAsync();
        await TellAsync(id, "moved", file, file with { Path = path });
        _files[shadow] = _files[shadow] with { IsAbsorbed = true };
        await database.ExecuteAsync($"insert into scanner.replaced_files (id, file_id) values ({shadow}, {id})");
    }

    private string NewPath() => string.Create(
        CultureInfo.InvariantCulture, $"d{_random.Next(3)}/e{_random.Next(3)}/f{_random.Next(int.MaxValue)}");

    private async Task BeginScanAsync() => _scan = await database.AddScanAsync(target);

    private async Task EndScanAsync()
    {
        _scan = _scan == 0 ? await database.AddScanAsync(target) : _scan;
        await database.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"""
            update scheduler.scans set status = 'completed', started_at = '{TimeOf(_day):O}', ended_at = '{TimeOf(_day):O}'
            where id = {_scan}
            """));
        _days.Add(new Dictionary<long, Life>(_files));
        _scan = 0;
    }

    private async Task TellAsync(long id, string type, Life was, Life now, int? observed = null, string? details = null)
    {
        _files[id] = observed is null
            ? now with { DeletedOn = type == "deleted" ? _day : now.DeletedOn }
            : now with { Damage = type, Observed = observed, DamagedOn = _day };
        var isNew = type == "added";
        var isGone = type == "deleted";
        var saysContent = type is not ("attributes" or "touched");
        await using var command = database.DataSource.CreateCommand("""
            insert into scanner.change_events (detected_at, scan_id, target_id, file_id, path, previous_path, type, old_size,
                new_size, old_mtime_ns, new_mtime_ns, algorithm, old_checksum, new_checksum, details)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15::jsonb)
            """);
        Add(TimeOf(_day));
        Add(_scan);
        Add(target);
        Add(id);
        Add(now.Path);
        Add(type == "moved" ? was.Path : null);
        Add(type);
        Add(isNew ? null : (long?)was.Size);
        Add(isGone ? null : (long?)now.Size);
        Add(isNew ? null : (long?)was.Mtime);
        Add(isGone ? null : (long?)now.Mtime);
        Add(saysContent ? (short?)1 : null);
        // Of a restored file what it held instead, of a damaged one what it should hold.
        Add(!saysContent || isNew ? null : Hash(type == "restored" ? was.Observed!.Value : was.Content));
        Add(!saysContent || isGone ? null : Hash(observed ?? now.Content));
        Add(details);
        await command.ExecuteNonQueryAsync();

        void Add<T>(T value) => command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
    }

    public static byte[] Hash(int content) => BitConverter.GetBytes(content);
}

/// <summary>A file as it stood after a scan.</summary>
/// <param name="DamagedOn">The day on which its damage was found last.</param>
/// <param name="DeletedOn">The day of its last deletion.</param>
internal sealed record Life(
    bool IsThere, string Path, long Size, long Mtime, int Content, string? Damage, int? Observed, int DamagedOn, int DeletedOn)
{
    public int AttributesOn { get; init; } = -1;

    /// <summary>Another file moved onto its path and goes on there.</summary>
    public bool IsAbsorbed { get; init; }
}
