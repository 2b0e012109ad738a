using Fixity.Core;

namespace Fixity.Scanning.Recording;

/// <summary>How far the recorder has come, in memory of its own: that of the steps is used again.</summary>
internal sealed class Checkpoint
{
    private byte[] _bytes = new byte[256];

    /// <param name="start">Where the segment goes on; null: it begins.</param>
    public Checkpoint(FilePath? start) => MoveTo(start ?? default);

    /// <summary>Null: nothing is recorded yet. Valid until it moves.</summary>
    public FilePath? Path { get; private set; }

    /// <summary>Moves on, never back: a fault that was met in the middle comes with a key that lies behind.</summary>
    public void MoveTo(FilePath position)
    {
        if (position <= (Path ?? default))
        {
            return;
        }

        if (_bytes.Length < position.Bytes.Length)
        {
            _bytes = new byte[position.Bytes.Length * 2];
        }

        position.Bytes.CopyTo(_bytes);
        Path = FilePath.FromEscaped(_bytes.AsMemory(0, position.Bytes.Length));
    }
}
