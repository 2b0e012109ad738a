using Npgsql;
using NpgsqlTypes;

namespace Fixity.Query.Reading;

/// <summary>Reads columns that may be null, and parameters that may be.</summary>
internal static class RowReading
{
    public static string? TextOrNull(this NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetString(column);

    public static long? LongOrNull(this NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetInt64(column);

    public static int? IntOrNull(this NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetInt32(column);

    public static double? DoubleOrNull(this NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetDouble(column);

    public static DateTimeOffset Time(this NpgsqlDataReader row, int column) =>
        row.GetFieldValue<DateTimeOffset>(column);

    public static DateTimeOffset? TimeOrNull(this NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.Time(column);

    /// <summary>A count of files found: none is news only once everything was looked at, one is news at once.</summary>
    public static long? CountOrUnknown(this NpgsqlDataReader row, int column, bool listed) =>
        row.GetInt64(column) is var count && (listed || count > 0) ? count : null;

    /// <summary>Lower-case hex.</summary>
    public static string? HexOrNull(this NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : Convert.ToHexStringLower(row.GetFieldValue<byte[]>(column));

    public static T Word<T>(this NpgsqlDataReader row, int column)
        where T : struct, Enum => Words<T>.Read(row.GetString(column));

    public static T? WordOrNull<T>(this NpgsqlDataReader row, int column)
        where T : struct, Enum => row.IsDBNull(column) ? null : row.Word<T>(column);

    /// <summary>Adds the next positional parameter.</summary>
    public static NpgsqlCommand With<T>(this NpgsqlCommand command, T value)
    {
        command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
        return command;
    }

    /// <summary>Adds the next positional parameter: the id of a transaction.</summary>
    public static NpgsqlCommand WithTransaction(this NpgsqlCommand command, ulong id)
    {
        command.Parameters.Add(new NpgsqlParameter<ulong> { TypedValue = id, NpgsqlDbType = NpgsqlDbType.Xid8 });
        return command;
    }

    public static async Task<List<T>> ReadAllAsync<T>(
        this NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        command.CommandTimeout = SlowQueries.LongestSeconds;
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<T>();
        while (await row.ReadAsync(cancellation))
        {
            rows.Add(read(row));
        }

        return rows;
    }

    /// <summary>The same by a statement that each connection plans once: where planning costs more than reading, and the
    /// plan does not hang on what is asked for.</summary>
    /// <param name="command">Without a connection.</param>
    public static async Task<List<T>> ReadPreparedAsync<T>(
        this NpgsqlCommand command, NpgsqlDataSource database, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        command.Connection = connection;
        await command.PrepareAsync(cancellation);
        return await command.ReadAllAsync(read, cancellation);
    }

    public static async Task<T?> ReadOneAsync<T>(
        this NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
        where T : class
    {
        command.CommandTimeout = SlowQueries.LongestSeconds;
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? read(row) : null;
    }
}
