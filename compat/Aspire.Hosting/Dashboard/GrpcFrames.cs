using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace Aspire.Hosting.Dashboard;

/// <summary>gRPC's length-prefixed messages over HTTP/2: the server side, as far as one service needs it.</summary>
/// <remarks>Ours because the packages that carry a gRPC server do not restore from every feed.</remarks>
internal static class GrpcFrames
{
    public const string ContentType = "application/grpc";

    private const int PrefixBytes = 5;
    private const int MaxMessageBytes = 4 * 1024 * 1024;

    /// <returns>The next message, or null at the end of the request.</returns>
    /// <exception cref="GrpcException">What came is not a message that we can read.</exception>
    public static async Task<T?> ReadAsync<T>(
        PipeReader reader, MessageParser<T> parser, CancellationToken cancellation)
        where T : class, IMessage<T>
    {
        while (true)
        {
            var result = await reader.ReadAsync(cancellation);
            var buffer = result.Buffer;
            if (TryParse(buffer, parser, out var message, out var consumed))
            {
                reader.AdvanceTo(consumed);
                return message;
            }

            if (result.IsCompleted)
            {
                var cutShort = !buffer.IsEmpty;
                reader.AdvanceTo(buffer.End);
                return cutShort
                    ? throw new GrpcException(GrpcStatus.Internal, "The request ends within a message.")
                    : null;
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    /// <summary>Tells the client that the call stands before there is a message.</summary>
    public static async Task WriteHeadersAsync(HttpResponse response, CancellationToken cancellation) =>
        await response.BodyWriter.FlushAsync(cancellation);

    public static async Task WriteAsync(HttpResponse response, IMessage message, CancellationToken cancellation)
    {
        var length = message.CalculateSize();
        var frame = response.BodyWriter.GetMemory(PrefixBytes + length)[..(PrefixBytes + length)];
        frame.Span[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(frame.Span[1..], length);
        message.WriteTo(frame.Span[PrefixBytes..]);
        response.BodyWriter.Advance(frame.Length);
        await response.BodyWriter.FlushAsync(cancellation);
    }

    private static bool TryParse<T>(
        ReadOnlySequence<byte> buffer, MessageParser<T> parser, out T? message, out SequencePosition consumed)
        where T : class, IMessage<T>
    {
        message = null;
        consumed = buffer.Start;
        if (buffer.Length < PrefixBytes)
        {
            return false;
        }

        Span<byte> prefix = stackalloc byte[PrefixBytes];
        buffer.Slice(0, PrefixBytes).CopyTo(prefix);
        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        if (prefix[0] != 0)
        {
            throw new GrpcException(GrpcStatus.Unimplemented, "Compressed messages are not read here.");
        }

        if (length > MaxMessageBytes)
        {
            throw new GrpcException(GrpcStatus.ResourceExhausted, $"A message of {length} bytes is too long.");
        }

        if (buffer.Length < PrefixBytes + length)
        {
            return false;
        }

        try
        {
            message = parser.ParseFrom(buffer.Slice(PrefixBytes, length));
        }
        catch (InvalidProtocolBufferException failure)
        {
            throw new GrpcException(GrpcStatus.Internal, failure.Message);
        }

        consumed = buffer.GetPosition(PrefixBytes + length);
        return true;
    }
}

/// <summary>The status numbers of gRPC that are used here.</summary>
internal enum GrpcStatus
{
    Ok = 0,
    Unknown = 2,
    InvalidArgument = 3,
    ResourceExhausted = 8,
    Unimplemented = 12,
    Internal = 13,
    Unavailable = 14,
    Unauthenticated = 16,
}

/// <summary>Ends a call with a status other than OK.</summary>
internal sealed class GrpcException(GrpcStatus status, string message) : Exception(message)
{
    public GrpcStatus Status { get; } = status;
}
