using System.Buffers;
using System.Diagnostics;
using System.Text.Json;

namespace Fixity.Query.Exports;

/// <summary>Writes the rows of one export into a buffer, whatever the format.</summary>
internal abstract class RowWriter<T>
{
    public static RowWriter<T> Of(
        ExportFormat format, IBufferWriter<byte> output, IReadOnlyList<CsvColumn<T>> columns, JsonSerializerOptions json) =>
        format switch
        {
            ExportFormat.Csv => new CsvRows(output, columns),
            ExportFormat.Jsonl => new JsonRows(output, json, asArray: false),
            ExportFormat.Json => new JsonRows(output, json, asArray: true),
            _ => throw new UnreachableException($"{format}"),
        };

    public abstract void Begin();

    public abstract void Write(T row);

    /// <summary>After the last row; an export without it was cut off.</summary>
    public abstract void End();

    private sealed class CsvRows(IBufferWriter<byte> output, IReadOnlyList<CsvColumn<T>> columns) : RowWriter<T>
    {
        private readonly CsvWriter _csv = new(output);

        public override void Begin()
        {
            foreach (var column in columns)
            {
                _csv.Text(column.Name);
            }

            _csv.EndRow();
        }

        public override void Write(T row)
        {
            foreach (var column in columns)
            {
                column.Write(_csv, row);
            }

            _csv.EndRow();
        }

        public override void End()
        {
            // The lines are all there is.
        }
    }

    private sealed class JsonRows(IBufferWriter<byte> output, JsonSerializerOptions options, bool asArray) : RowWriter<T>
    {
        private bool _isFirst = true;

        public override void Begin()
        {
            if (asArray)
            {
                output.Write("["u8);
            }
        }

        public override void Write(T row)
        {
            if (asArray)
            {
                output.Write(_isFirst ? "\n"u8 : ",\n"u8);
            }

            _isFirst = false;
            output.Write(JsonSerializer.SerializeToUtf8Bytes(row, options));
            if (!asArray)
            {
                output.Write("\n"u8);
            }
        }

        public override void End()
        {
            if (asArray)
            {
                output.Write("\n]\n"u8);
            }
        }
    }
}
