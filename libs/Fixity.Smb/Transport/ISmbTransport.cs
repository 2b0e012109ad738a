namespace Fixity.Smb.Transport;

/// <summary>A stream of bytes to a server: TCP, or what a test puts in its place.</summary>
/// <remarks>One sends and one receives at a time. A disposal ends both.</remarks>
public interface ISmbTransport : IAsyncDisposable
{
    /// <returns>Bytes received; 0: the server closed.</returns>
    /// <exception cref="IOException">The connection broke.</exception>
    ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellation);

    /// <exception cref="IOException">The connection broke.</exception>
    ValueTask SendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation);
}

/// <summary>Makes connections.</summary>
public interface ISmbConnector
{
    /// <exception cref="SmbException">Nobody was reached: <see cref="SmbFailure.NameNotFound"/>,
    /// <see cref="SmbFailure.Refused"/>.</exception>
    Task<ISmbTransport> ConnectAsync(string host, int port, CancellationToken cancellation);
}
