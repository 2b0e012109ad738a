using Fixity.Core;

namespace Fixity.Scanning;

/// <summary>The wish to end a running segment earlier, so that another scanner can take what lies behind.</summary>
/// <remarks>
/// The engine alone knows how far it has come, so it answers: yes, and it takes nothing from <see cref="At"/> on, or no,
/// because it is past that already. After a yes the sink commits the last batch only when the new end is recorded.
/// </remarks>
public sealed class SplitRequest(FilePath at)
{
    private readonly TaskCompletionSource<bool> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The new end, exclusive.</summary>
    public FilePath At { get; } = at;

    /// <summary>Whether the segment ends there now. Never completes when the segment ends before it looks.</summary>
    public Task<bool> Answer => _answer.Task;

    public bool IsAnswered => _answer.Task.IsCompleted;

    /// <summary>Called by the engine, once.</summary>
    public void Settle(bool accepted) => _answer.TrySetResult(accepted);
}
