using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Fixity.Gateway.Audit;

/// <summary>Works out what an entry's hash has to be, without asking the database to: <c>gateway.audit_hash</c> in C#.</summary>
/// <remarks>
/// SHA-256 over the hash before it and the entry's fields in order: id, time in microseconds since 1970, actor, action,
/// object, details as PostgreSQL prints jsonb, address, correlation id. Each as its length in bytes, a colon, its UTF-8
/// and a comma; null as <c>-,</c>.
/// </remarks>
internal sealed class AuditHash : IDisposable
{
    public const int Length = 32;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>What stands before the first entry of all.</summary>
    public static byte[] Zero => new byte[Length];

    public byte[] Of(ReadOnlySpan<byte> previous, StoredEntry entry)
    {
        _hash.AppendData(previous);
        Append(entry.Id.ToString(CultureInfo.InvariantCulture));
        Append(MicrosecondsOf(entry.At).ToString(CultureInfo.InvariantCulture));
        Append(entry.Actor);
        Append(entry.Action);
        Append(entry.Object);
        Append(entry.Details);
        Append(entry.Address);
        Append(entry.CorrelationId);
        return _hash.GetHashAndReset();
    }

    public void Dispose() => _hash.Dispose();

    private static long MicrosecondsOf(DateTimeOffset at) =>
        (at.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    private void Append(string? field)
    {
        if (field is null)
        {
            _hash.AppendData("-,"u8);
            return;
        }

        var text = Encoding.UTF8.GetBytes(field);
        _hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{text.Length}:")));
        _hash.AppendData(text);
        _hash.AppendData(","u8);
    }
}

/// <summary>An entry as it lies in the table.</summary>
/// <param name="Details">As PostgreSQL prints jsonb: to the byte.</param>
internal sealed record StoredEntry(
    long Id, DateTimeOffset At, string Actor, string Action, string? Object, string Details, string? Address,
    string? CorrelationId, byte[] Hash);
